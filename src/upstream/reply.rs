//! An answer, byte for byte as it will be sent.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::oci::ReadAt;

/// An answer: nothing is added to it and nothing is corrected.
#[derive(Clone, Debug)]
pub struct Reply {
    /// The first line without its end, such as `HTTP/1.1 200 OK`.
    pub status_line: String,
    /// The headers, in order.
    pub headers: Vec<(String, String)>,
    /// The body, whatever `Content-Length` says.
    pub body: Body,
    /// How slowly the body is sent; at once where there is none.
    pub pace: Option<Pace>,
    /// Closes the connection after so many bytes of the body.
    pub cut: Option<u64>,
    /// Closes the connection without any answer.
    pub hang_up: bool,
}

/// The body of an answer.
#[derive(Clone)]
pub enum Body {
    /// Bytes in memory.
    Bytes(Vec<u8>),
    /// A part of some content.
    Part {
        /// The content.
        content: Arc<dyn ReadAt>,
        /// The first byte.
        first: u64,
        /// How many bytes.
        length: u64,
    },
}

/// A slow drip.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    /// How many bytes at a time.
    pub piece: usize,
    /// How long before each piece.
    pub pause: Duration,
}

impl Reply {
    /// An empty answer with a status.
    pub fn new(status: u16) -> Self {
        Self {
            status_line: format!("HTTP/1.1 {status} {}", reason(status)),
            headers: vec![("Content-Length".to_owned(), "0".to_owned())],
            body: Body::Bytes(Vec::new()),
            pace: None,
            cut: None,
            hang_up: false,
        }
    }

    /// A registry's error (distribution specification, error codes).
    pub fn error(status: u16, code: &str, message: &str) -> Self {
        let body = serde_json::json!({ "errors": [{ "code": code, "message": message }] });
        Self::new(status)
            .with_header("Content-Type", "application/json")
            .with_body(Body::Bytes(body.to_string().into_bytes()))
    }

    /// Sets a header, replacing any of that name.
    #[must_use]
    pub fn with_header(mut self, name: &str, value: &str) -> Self {
        self = self.without_header(name);
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Takes a header away.
    #[must_use]
    pub fn without_header(mut self, name: &str) -> Self {
        self.headers
            .retain(|(key, _)| !key.eq_ignore_ascii_case(name));
        self
    }

    /// Sets the body, and `Content-Length` to fit it.
    #[must_use]
    pub fn with_body(mut self, body: Body) -> Self {
        self = self.with_header("Content-Length", &body.length().to_string());
        self.body = body;
        self
    }

    /// Closes the connection after so many bytes of the body.
    #[must_use]
    pub fn cut_after(mut self, bytes: u64) -> Self {
        self.cut = Some(bytes);
        self
    }

    /// Returns the head as it is sent.
    pub(super) fn head(&self) -> Vec<u8> {
        let mut head = self.status_line.clone();
        for (name, value) in &self.headers {
            head.extend(["\r\n", name, ": ", value]);
        }
        head.push_str("\r\n\r\n");
        head.into_bytes()
    }
}

impl Body {
    /// Returns the length in bytes.
    pub fn length(&self) -> u64 {
        match self {
            Self::Bytes(bytes) => bytes.len() as u64,
            Self::Part { length, .. } => *length,
        }
    }

    /// Reads from `offset` of this body on.
    pub(super) fn read_at(&self, buffer: &mut [u8], offset: u64) -> std::io::Result<usize> {
        match self {
            Self::Bytes(bytes) => bytes.read_at(buffer, offset),
            Self::Part {
                content,
                first,
                length,
            } => {
                let left = usize::try_from(length.saturating_sub(offset)).unwrap_or(usize::MAX);
                let window = left.min(buffer.len());
                content.read_at(&mut buffer[..window], first.saturating_add(offset))
            }
        }
    }
}

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Body({} bytes)", self.length())
    }
}

fn reason(status: u16) -> &'static str {
    match status {
        200 => "OK",
        206 => "Partial Content",
        307 => "Temporary Redirect",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        416 => "Range Not Satisfiable",
        429 => "Too Many Requests",
        500 => "Internal Server Error",
        _ => "Status",
    }
}
