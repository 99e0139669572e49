//! The store of the inside, asked as a registry is: what it publishes can be pinned without network.

use std::fmt;
use std::io::{self, Read};

use lock_format::{Blob, Reference, Repository};

use super::LockFailure;
use crate::diagnostic::Failure;
use crate::oci::{BlobBody, RawManifest, ReadAt, StoreView, Upstream, digest_of};
use crate::run::limits::MANIFEST_BYTES;

/// Answers from a store; of a store that is not there, nothing is held.
#[derive(Clone, Copy)]
pub struct Held<'a>(pub Option<&'a dyn StoreView>);

impl fmt::Debug for Held<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Held").field(&self.0.is_some()).finish()
    }
}

impl Upstream for Held<'_> {
    fn manifest(&self, reference: &Reference) -> Result<RawManifest, Failure> {
        let not_held = || LockFailure::NotHeld(reference.clone());
        let view = self.0.ok_or_else(not_held)?;
        let catalog = view.catalog();
        let by_digest = || catalog.manifests.get(reference.digest()?);
        let named = catalog.names.get(reference).or_else(by_digest);
        let descriptor = named.ok_or_else(not_held)?.clone();
        let open = view.open(&descriptor.digest)?.ok_or_else(not_held)?;
        let fits = open.size() == descriptor.size && descriptor.size <= MANIFEST_BYTES;
        let blob = Blob {
            digest: descriptor.digest,
            size: descriptor.size,
        };
        // What is damaged counts as missing: the next bundle brings it again.
        let bytes = super::bytes::read_whole(Bytes::of(open).take(blob.size), blob);
        let bytes = bytes.ok().filter(|_| fits).ok_or_else(not_held)?;
        if digest_of(descriptor.digest.algorithm(), &bytes) != descriptor.digest {
            return Err(not_held().into());
        }
        Ok(RawManifest { descriptor, bytes })
    }

    fn blob(
        &self,
        repository: &Repository,
        blob: &Blob,
        _urls: &[String],
        _offset: u64,
    ) -> Result<BlobBody<'_>, Failure> {
        let open = self.0.map(|view| view.open(&blob.digest)).transpose()?;
        let not_held =
            || LockFailure::NotHeld(Reference::digested(repository.clone(), blob.digest));
        let open = open.flatten().ok_or_else(not_held)?;
        Ok(BlobBody {
            offset: 0,
            reader: Box::new(Bytes::of(open)),
        })
    }
}

/// A blob from its beginning on.
struct Bytes {
    blob: Box<dyn ReadAt>,
    at: u64,
}

impl Bytes {
    fn of(blob: Box<dyn ReadAt>) -> Self {
        Self { blob, at: 0 }
    }
}

impl Read for Bytes {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.blob.read_at(buffer, self.at)?;
        self.at = self.at.saturating_add(count as u64);
        Ok(count)
    }
}
