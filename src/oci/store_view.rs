//! A store as `serve` sees it: read-only.

use std::sync::Arc;

use lock_format::{Blob, Digest, Reference, Repository};

use super::{Catalog, ReadAt};
use crate::diagnostic::Failure;

/// Shows a store to those who only read it.
pub trait StoreView: Send + Sync {
    /// Returns what is published now; the same value until a new index is published.
    fn catalog(&self) -> Arc<Catalog>;

    /// Opens a blob; none when it is not held or not published.
    fn open(&self, digest: &Digest) -> Result<Option<Box<dyn ReadAt>>, Failure>;

    /// Returns the published config or layer that follows `after` in the order of digests, or the
    /// first; none behind the last. So all can be visited without a list of them.
    fn blob_after(&self, after: Option<&Digest>) -> Option<Blob>;

    /// Tells why something is not served, so that a 404 can say what would bring it.
    fn explain(&self, wanted: &Wanted<'_>) -> Explanation;

    /// Tells why the newest index is not the one that is shown, if so.
    fn trouble(&self) -> Option<String> {
        None
    }
}

/// What somebody asked for and did not get.
#[derive(Clone, Copy, Debug)]
pub enum Wanted<'a> {
    /// A tag of a repository.
    Tag(&'a Repository, &'a str),
    /// A manifest or blob by digest, in a repository.
    Digest(&'a Repository, &'a Digest),
}

/// Why something is not served.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Explanation {
    /// Nothing is known of it.
    Unknown,
    /// The same path and tag is held under other names.
    HeldAs(Vec<Reference>),
    /// A lock names it, still pending.
    Pending(Reference),
    /// An applied lock names it, and its blobs are damaged or missing.
    Damaged(Reference),
    /// Held, waiting for a lock that pins it.
    Held(Reference),
}
