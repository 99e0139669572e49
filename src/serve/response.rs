//! An answer as a value: status, header lines, body.

use std::fmt;
use std::ops::Range;

use hyper::body::Bytes;
use hyper::header::{self, HeaderName, HeaderValue};
use hyper::{HeaderMap, Method, StatusCode};
use lock_format::Digest;
use serde_json::Value;

use crate::oci::ReadAt;

/// An answer, before it is written anywhere.
#[derive(Debug)]
pub struct Response {
    /// The status.
    pub status: StatusCode,
    /// The header lines; `Content-Length` is among them wherever the status allows it.
    pub headers: HeaderMap,
    /// What follows them.
    pub body: Body,
    /// What the log says of it besides.
    pub about: About,
}

/// The bytes of an answer.
pub enum Body {
    /// None, as after HEAD.
    Empty,
    /// A few, in memory.
    Bytes(Bytes),
    /// A part of a blob, to be read while it is sent.
    Blob {
        /// The whole blob.
        reader: Box<dyn ReadAt>,
        /// Offsets of the first byte sent and of the first one not sent.
        range: Range<u64>,
    },
}

/// What a request was about, for the log.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct About {
    /// What kind of thing was asked for: `manifests`, `blobs`, `tags` and so on; `other` if unclear.
    pub endpoint: &'static str,
    /// The name of the token that was presented, or `anonymous`, where tokens are required.
    pub who: Option<String>,
    /// What was asked for, under its full canonical name.
    pub name: Option<String>,
    /// What was found.
    pub digest: Option<Digest>,
    /// What went wrong here: the client is told less.
    pub trouble: Option<String>,
}

impl Response {
    /// Makes an answer with the header lines that every answer has.
    pub(crate) fn new(status: StatusCode, body: Body) -> Self {
        let mut headers = HeaderMap::with_capacity(10);
        // Says which protocol this is; old clients insist on it.
        headers.insert(
            HeaderName::from_static("docker-distribution-api-version"),
            HeaderValue::from_static("registry/2.0"),
        );
        headers.insert(
            header::X_CONTENT_TYPE_OPTIONS,
            HeaderValue::from_static("nosniff"),
        );
        // RFC 9110 section 8.6: a 304 has no length of its own.
        if status != StatusCode::NOT_MODIFIED {
            headers.insert(header::CONTENT_LENGTH, HeaderValue::from(body.size()));
        }
        Self {
            status,
            headers,
            body,
            about: About {
                endpoint: "other",
                ..About::default()
            },
        }
    }

    /// Makes an answer of a short text that is part of the programme.
    pub(crate) fn fixed(media_type: &'static str, text: &'static str) -> Self {
        let body = Body::Bytes(Bytes::from_static(text.as_bytes()));
        let mut response = Self::new(StatusCode::OK, body);
        response.set(header::CONTENT_TYPE, media_type);
        response
    }

    /// Makes an answer of JSON that may be another in a moment.
    pub(crate) fn json(status: StatusCode, media_type: &'static str, value: &Value) -> Self {
        let text = Bytes::from(value.to_string());
        let mut response = Self::new(status, Body::Bytes(text));
        response.set(header::CONTENT_TYPE, media_type);
        response.set(header::CACHE_CONTROL, "no-cache");
        response
    }

    /// Sets a header line; a value that cannot stand in one is left out.
    pub(crate) fn set(&mut self, name: HeaderName, value: &str) {
        if let Ok(value) = HeaderValue::from_str(value) {
            self.headers.insert(name, value);
        }
    }

    /// Says what kind of thing it is about.
    pub(crate) fn of(mut self, endpoint: &'static str) -> Self {
        self.about.endpoint = endpoint;
        self
    }

    /// Says who asked.
    pub(crate) fn to(mut self, who: Option<String>) -> Self {
        self.about.who = who;
        self
    }

    /// Takes the body away where the method is HEAD, and leaves the header lines.
    pub(crate) fn fit(mut self, method: &Method) -> Self {
        if method == Method::HEAD {
            self.body = Body::Empty;
        }
        self
    }
}

impl Body {
    /// Returns the length in bytes.
    pub fn size(&self) -> u64 {
        match self {
            Self::Empty => 0,
            Self::Bytes(bytes) => u64::try_from(bytes.len()).unwrap_or(u64::MAX),
            Self::Blob { range, .. } => range.end.saturating_sub(range.start),
        }
    }
}

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("Empty"),
            Self::Bytes(bytes) => write!(f, "Bytes({})", bytes.len()),
            Self::Blob { range, .. } => write!(f, "Blob({range:?})"),
        }
    }
}
