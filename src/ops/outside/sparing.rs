//! Registries asked sparingly: what the cache has is not fetched again.
//!
//! Docker Hub counts manifests that are fetched against a quota, and does not count the question
//! what a name means.

use std::fmt;

use lock_format::{Blob, Descriptor, Reference, Repository};

use super::document;
use crate::diagnostic::Failure;
use crate::oci::{BlobBody, RawManifest, Upstream};
use crate::registry::{Client, RegistryError};
use crate::run::Run;
use crate::store::{Cache, StoreError};

/// A client, and the cache of the station.
pub struct Sparing<'a> {
    client: &'a Client<'a>,
    cache: &'a Cache,
    run: Run<'a>,
}

impl<'a> Sparing<'a> {
    /// Joins the two.
    pub fn new(client: &'a Client<'a>, cache: &'a Cache, run: Run<'a>) -> Self {
        Self { client, cache, run }
    }

    /// Asks what a name means, and takes that from the cache.
    fn cached(&self, reference: &Reference) -> Result<Option<RawManifest>, Failure> {
        // One that is not there needs no question before it is fetched.
        if let Some(digest) = reference.digest()
            && self.cache.open_blob(digest)?.is_none()
        {
            return Ok(None);
        }
        let descriptor = match self.client.look_up(reference) {
            Ok(Some(descriptor)) => descriptor,
            // Not every registry answers this as it answers the fetch, which then tells more.
            Ok(None)
            | Err(
                RegistryError::NotFound(_)
                | RegistryError::Denied(_)
                | RegistryError::Refused(_)
                | RegistryError::Unauthorized { .. },
            ) => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        let asked = reference.digest();
        if asked.is_some_and(|digest| *digest != descriptor.digest)
            || !self.cache.has(&blob(&descriptor), &self.run)?
        {
            return Ok(None);
        }
        let bytes = document::read(self.cache, &descriptor.digest)?;
        Ok(bytes.map(|bytes| RawManifest { descriptor, bytes }))
    }

    fn keep(&self, raw: &RawManifest) -> Result<(), StoreError> {
        let Some(mut writer) = self.cache.writer(blob(&raw.descriptor), &self.run)? else {
            return Ok(());
        };
        writer.restart()?;
        writer.take(&raw.bytes)?;
        writer.finish()
    }
}

fn blob(descriptor: &Descriptor) -> Blob {
    Blob {
        digest: descriptor.digest,
        size: descriptor.size,
    }
}

impl Upstream for Sparing<'_> {
    fn manifest(&self, reference: &Reference) -> Result<RawManifest, Failure> {
        if let Some(raw) = self.cached(reference)? {
            return Ok(raw);
        }
        let raw = self.client.fetch_manifest(reference)?;
        self.keep(&raw)?;
        Ok(raw)
    }

    fn look_up(&self, reference: &Reference) -> Result<Option<Descriptor>, Failure> {
        Ok(self.client.look_up(reference)?)
    }

    fn blob(
        &self,
        repository: &Repository,
        blob: &Blob,
        urls: &[String],
        offset: u64,
    ) -> Result<BlobBody<'_>, Failure> {
        if offset == 0
            && self.cache.has(blob, &self.run)?
            && let Some(file) = self.cache.open_blob(&blob.digest)?
        {
            let reader = Box::new(file.into_file());
            return Ok(BlobBody { offset, reader });
        }
        Ok(self.client.open_blob(repository, blob, urls, offset)?)
    }
}

impl fmt::Debug for Sparing<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sparing")
            .field("cache", &self.cache.path())
            .finish_non_exhaustive()
    }
}
