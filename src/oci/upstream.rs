//! A registry as the station asks it.

use std::fmt;
use std::io::Read;

use lock_format::{Blob, Descriptor, Reference, Repository};

use crate::diagnostic::Failure;

/// Asks registries. Implemented by the room `registry`; operations outside know only this.
pub trait Upstream: Sync {
    /// Fetches what a reference names: an index or a manifest, byte for byte.
    ///
    /// The descriptor's digest is computed from the bytes as received (SHA-256, or the algorithm of
    /// the digest asked for); a reference with a digest is verified against it. At most
    /// [`MANIFEST_BYTES`](crate::run::limits::MANIFEST_BYTES).
    fn manifest(&self, reference: &Reference) -> Result<RawManifest, Failure>;

    /// Asks what a reference names without fetching it, where that costs less than fetching; none
    /// where it cannot be told. Nothing of the answer is verified.
    fn look_up(&self, reference: &Reference) -> Result<Option<Descriptor>, Failure> {
        let _ = reference;
        Ok(None)
    }

    /// Opens the bytes of a blob from `offset` on, or from 0 where the registry cannot do that.
    ///
    /// The bytes are not verified yet: wrap them in a [`VerifyingReader`](super::VerifyingReader).
    /// `urls` are those of a foreign layer, tried where the registry does not have it.
    fn blob(
        &self,
        repository: &Repository,
        blob: &Blob,
        urls: &[String],
        offset: u64,
    ) -> Result<BlobBody<'_>, Failure>;
}

/// A manifest or index as received.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RawManifest {
    /// Digest and length of the bytes, and the media type that the registry gave.
    pub descriptor: Descriptor,
    /// The bytes.
    pub bytes: Vec<u8>,
}

/// The bytes of a blob on their way.
///
/// They borrow the client that fetches them: it continues a cut stream by itself.
pub struct BlobBody<'a> {
    /// Where in the blob the bytes begin.
    pub offset: u64,
    /// The bytes.
    pub reader: Box<dyn Read + Send + 'a>,
}

impl fmt::Debug for BlobBody<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BlobBody")
            .field("offset", &self.offset)
            .finish_non_exhaustive()
    }
}
