//! What is at hand inside, asked as a registry is: a candidate is resolved from what a bundle brought
//! and from the store, with no network.

use std::fmt;
use std::io::Cursor;

use lock_format::{Blob, Descriptor, Digest, Reference, Repository};

use crate::diagnostic::Failure;
use crate::oci::{BlobBody, Document, DocumentError, RawManifest, Upstream};
use crate::ops::inside::apply::ApplyFailure;
use crate::run::limits::{CONFIG_BYTES, MANIFEST_BYTES};

/// Finds the bytes of a document, verified.
type Find<'a> = &'a (dyn Fn(&Blob) -> Result<Option<Vec<u8>>, Failure> + Sync);
/// Tells how long a blob is said to be.
type Length<'a> = &'a (dyn Fn(&Digest) -> Result<Option<Blob>, Failure> + Sync);

/// A pending reference, what it is said to name, and where documents are found.
#[derive(Clone, Copy)]
pub(crate) struct AtHand<'a> {
    pub(crate) reference: &'a Reference,
    pub(crate) pin: &'a Descriptor,
    pub(crate) find: Find<'a>,
    pub(crate) length: Length<'a>,
}

impl AtHand<'_> {
    fn lacks(&self, digest: Digest) -> Failure {
        ApplyFailure::IncompleteResolution {
            reference: self.reference.clone(),
            digest,
        }
        .into()
    }

    fn document(&self, blob: &Blob, what: &'static str, most: u64) -> Result<Vec<u8>, Failure> {
        if blob.size > most {
            return Err(self.refused(blob.digest, DocumentError::TooLong { what, most }));
        }
        (self.find)(blob)?.ok_or_else(|| self.lacks(blob.digest))
    }

    fn refused(&self, digest: Digest, error: DocumentError) -> Failure {
        ApplyFailure::Document {
            reference: self.reference.clone(),
            digest,
            error,
        }
        .into()
    }
}

impl Upstream for AtHand<'_> {
    fn manifest(&self, reference: &Reference) -> Result<RawManifest, Failure> {
        let asked = if reference == self.reference {
            self.pin.digest
        } else {
            *reference.digest().unwrap_or(&self.pin.digest)
        };
        let blob = (self.length)(&asked)?.ok_or_else(|| self.lacks(asked))?;
        if asked == self.pin.digest && blob.size != self.pin.size {
            return Err(ApplyFailure::Size {
                digest: asked,
                locked: self.pin.size,
                found: blob.size,
            }
            .into());
        }
        let bytes = self.document(&blob, "document", MANIFEST_BYTES)?;
        let pinned = (asked == self.pin.digest).then_some(&self.pin.media_type);
        let parsed = Document::parse(&bytes, pinned);
        let media_type = match parsed.map_err(|error| self.refused(asked, error))? {
            Document::Manifest(manifest) => manifest.media_type,
            Document::Index(index) => index.media_type,
        };
        let descriptor = Descriptor {
            digest: asked,
            size: blob.size,
            media_type,
        };
        Ok(RawManifest { descriptor, bytes })
    }

    fn blob(
        &self,
        _repository: &Repository,
        blob: &Blob,
        _urls: &[String],
        _offset: u64,
    ) -> Result<BlobBody<'_>, Failure> {
        let bytes = self.document(blob, "config", CONFIG_BYTES)?;
        Ok(BlobBody {
            offset: 0,
            reader: Box::new(Cursor::new(bytes)),
        })
    }
}

impl fmt::Debug for AtHand<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AtHand")
            .field("reference", self.reference)
            .field("pin", self.pin)
            .finish_non_exhaustive()
    }
}
