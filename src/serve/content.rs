//! Manifests and blobs as answers: stored bytes, stored type, never converted, never compressed.

use std::io;

use hyper::body::Bytes;
use hyper::{Method, StatusCode, header};
use lock_format::{Descriptor, Digest};

use super::cache::{self, ManifestCache};
use super::conditional::{entity_tag, is_other, is_unchanged, wanted_range};
use super::endpoint::Asked;
use super::missing::Missing;
use super::names::Place;
use super::problem::Problem;
use super::range::{Part, part};
use super::request::RequestHead;
use super::response::{Body, Response};
use crate::diagnostic::Failure;
use crate::oci::{ReadAt, StoreView, digest_of};

/// A request for content, and the repository it means.
#[derive(Clone, Copy, Debug)]
pub(super) struct Inquiry<'a> {
    pub(super) head: &'a RequestHead<'a>,
    pub(super) place: &'a Place,
}

/// Whether an address always means the same bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Freshness {
    /// A tag: another index may mean something else by it.
    Changes,
    /// A digest.
    Stays,
}

impl Inquiry<'_> {
    /// Answers a manifest that has to be read first; a small one is verified and kept.
    pub(super) fn manifest(
        &self,
        view: &dyn StoreView,
        cache: &ManifestCache,
        descriptor: &Descriptor,
        freshness: Freshness,
    ) -> Response {
        let Descriptor { digest, size, .. } = *descriptor;
        let missing = Missing::manifest(Asked::Digest(digest));
        let reader = match view.open(&digest) {
            Ok(Some(reader)) => reader,
            Ok(None) => return missing.answer(view, self.place),
            Err(failure) => return self.unreadable(digest, &failure),
        };
        let held = reader.size();
        if held != size {
            let trouble = format!("{digest} has {held} bytes in the store instead of {size}");
            return missing.damaged(self.place, trouble);
        }
        if size > cache::LONGEST {
            let range = 0..size;
            return self.whole(descriptor, freshness, Body::Blob { reader, range });
        }
        match read_verified(&*reader, descriptor) {
            Ok(bytes) => {
                cache.put(digest, bytes.clone());
                self.kept(descriptor, freshness, bytes)
            }
            Err(error) => missing.damaged(self.place, error.to_string()),
        }
    }

    /// Answers that the blob was found damaged.
    pub(super) fn withdrawn(&self, digest: Digest) -> Response {
        let trouble = format!("{digest} was found damaged");
        Missing::blob(digest).damaged(self.place, trouble)
    }

    /// Answers a manifest from memory.
    pub(super) fn kept(
        &self,
        descriptor: &Descriptor,
        freshness: Freshness,
        bytes: Bytes,
    ) -> Response {
        self.whole(descriptor, freshness, Body::Bytes(bytes))
    }

    /// Answers a blob, or the part of it that is asked for.
    pub(super) fn blob(&self, view: &dyn StoreView, digest: Digest) -> Response {
        let reader = match view.open(&digest) {
            Ok(Some(reader)) => reader,
            Ok(None) => return Missing::blob(digest).answer(view, self.place),
            Err(failure) => return self.unreadable(digest, &failure),
        };
        let size = reader.size();
        let tag = entity_tag(&digest);
        if is_other(self.head.headers, &tag) {
            return self.differs(&digest);
        }
        let mut response = if is_unchanged(self.head.headers, &tag) {
            Response::new(StatusCode::NOT_MODIFIED, Body::Empty)
        } else {
            // RFC 9110 section 14.2: only GET has ranges.
            match Some(self.head.headers)
                .filter(|_| self.head.method == Method::GET)
                .and_then(|headers| wanted_range(headers, &tag))
                .map_or(Part::Whole, |value| part(value, size))
            {
                Part::Whole => octets(
                    StatusCode::OK,
                    Body::Blob {
                        reader,
                        range: 0..size,
                    },
                ),
                Part::Some(range) => partial(reader, range, size),
                Part::None => return self.beyond(&digest, size),
            }
        };
        response.set(header::ACCEPT_RANGES, "bytes");
        identify(&mut response, &tag, Freshness::Stays);
        self.about(response, &digest)
    }

    fn whole(&self, descriptor: &Descriptor, freshness: Freshness, body: Body) -> Response {
        let tag = entity_tag(&descriptor.digest);
        if is_other(self.head.headers, &tag) {
            return self.differs(&descriptor.digest);
        }
        let mut response = if is_unchanged(self.head.headers, &tag) {
            Response::new(StatusCode::NOT_MODIFIED, Body::Empty)
        } else {
            let mut response = Response::new(StatusCode::OK, body);
            response.set(header::CONTENT_TYPE, descriptor.media_type.as_str());
            response
        };
        identify(&mut response, &tag, freshness);
        self.about(response, &descriptor.digest)
    }

    /// Answers that no byte of the blob is in the range.
    fn beyond(&self, digest: &Digest, size: u64) -> Response {
        let message = format!("the range asked for is beyond the {size} bytes of {digest}");
        let mut response = Problem::RangeInvalid.plain(&message);
        response.set(header::CONTENT_RANGE, &format!("bytes */{size}"));
        response.set(header::ACCEPT_RANGES, "bytes");
        self.about(response, digest)
    }

    /// Answers that the content is not the one that is asked for by its entity tag.
    fn differs(&self, digest: &Digest) -> Response {
        let message = format!("{digest} is not the content that If-Match names");
        self.about(Problem::ContentDiffers.plain(&message), digest)
    }

    fn unreadable(&self, digest: Digest, failure: &Failure) -> Response {
        self.about(Problem::unreadable(format!("{failure:?}")), &digest)
    }

    /// Notes for the log what an answer is about.
    fn about(&self, mut response: Response, digest: &Digest) -> Response {
        response.about.name = Some(self.place.to_string());
        response.about.digest = Some(*digest);
        response
    }
}

impl Freshness {
    fn cache_control(self) -> &'static str {
        match self {
            Self::Changes => "no-cache",
            Self::Stays => "public, max-age=31536000, immutable",
        }
    }
}

/// Adds what identifies content; its entity tag is the digest in quotes.
fn identify(response: &mut Response, tag: &str, freshness: Freshness) {
    let name = header::HeaderName::from_static("docker-content-digest");
    response.set(name, tag.trim_matches('"'));
    response.set(header::ETAG, tag);
    response.set(header::CACHE_CONTROL, freshness.cache_control());
}

fn octets(status: StatusCode, body: Body) -> Response {
    let mut response = Response::new(status, body);
    response.set(header::CONTENT_TYPE, "application/octet-stream");
    response
}

fn partial(reader: Box<dyn ReadAt>, range: std::ops::Range<u64>, size: u64) -> Response {
    let last = range.end.saturating_sub(1);
    let shown = format!("bytes {}-{last}/{size}", range.start);
    let mut response = octets(StatusCode::PARTIAL_CONTENT, Body::Blob { reader, range });
    response.set(header::CONTENT_RANGE, &shown);
    response
}

/// Reads a small blob whole and verifies it.
pub(super) fn read_verified(reader: &dyn ReadAt, descriptor: &Descriptor) -> io::Result<Bytes> {
    let size = usize::try_from(descriptor.size).map_err(io::Error::other)?;
    let mut bytes = vec![0; size];
    let mut filled = 0_usize;
    while let Some(rest) = bytes.get_mut(filled..).filter(|rest| !rest.is_empty()) {
        let offset = u64::try_from(filled).map_err(io::Error::other)?;
        match reader.read_at(rest, offset)? {
            0 => return Err(io::ErrorKind::UnexpectedEof.into()),
            count => filled = filled.saturating_add(count),
        }
    }
    let promised = descriptor.digest;
    let found = digest_of(promised.algorithm(), &bytes);
    if found == promised {
        Ok(Bytes::from(bytes))
    } else {
        Err(io::Error::other(format!(
            "{promised} is {found} in the store"
        )))
    }
}
