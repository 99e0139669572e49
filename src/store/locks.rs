//! The locks that were requested or applied, by digest.

use lock_format::{Algorithm, Digest};

use crate::oci::digest_of;
use crate::run::limits::LOCK_BYTES;

use super::{Store, StoreError, Writer};

impl Writer<'_> {
    /// Keeps the text of a lock, exactly as it is; returns its digest.
    ///
    /// Comes before the ledger line that names it.
    pub fn record_lock(&self, text: &str) -> Result<Digest, StoreError> {
        let digest = digest_of(Algorithm::Sha256, text.as_bytes());
        let folder = &self.layout.locks;
        let name = digest.hex();
        let there = folder.read(&name, LOCK_BYTES)?;
        if there.as_deref() != Some(text.as_bytes()) {
            self.replace(folder, &name, text.as_bytes())?;
        }
        Ok(digest)
    }
}

impl Store {
    /// Reads a lock that was recorded; none where it is not there.
    pub fn lock_text(&self, digest: &Digest) -> Result<Option<String>, StoreError> {
        let folder = &self.layout.locks;
        let name = digest.hex();
        let path = folder.path().join(&name);
        let Some(bytes) = folder.read(&name, LOCK_BYTES)? else {
            return Ok(None);
        };
        if digest_of(digest.algorithm(), &bytes) != *digest {
            return Err(StoreError::broken(&path, "its digest is not its name"));
        }
        match String::from_utf8(bytes) {
            Ok(text) => Ok(Some(text)),
            Err(_) => Err(StoreError::broken(&path, "it is not UTF-8")),
        }
    }
}
