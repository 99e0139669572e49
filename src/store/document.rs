//! A small blob read whole: manifests, indexes and configs, whether published or not.

use lock_format::{Blob, Digest};

use super::{BlobFile, Store, StoreError};
use crate::oci::{ReadAt as _, digest_of};

impl Store {
    /// Tells how long a stored blob is, by its file: nothing is verified yet.
    pub fn stored(&self, digest: &Digest) -> Result<Option<Blob>, StoreError> {
        let (folder, name) = self.layout.blobs.place(digest);
        let file = BlobFile::open(folder, &name)?;
        Ok(file.map(|file| Blob {
            digest: *digest,
            size: file.size(),
        }))
    }

    /// Reads a blob whole and verifies it; none where it is not there or is not what it should be.
    ///
    /// Meant for documents, whose length the caller has bounded: the whole blob is in memory.
    pub fn read_document(&self, blob: &Blob) -> Result<Option<Vec<u8>>, StoreError> {
        let (folder, name) = self.layout.blobs.place(&blob.digest);
        let Some(file) = BlobFile::open(folder, &name)? else {
            return Ok(None);
        };
        let Some(length) = usize::try_from(blob.size)
            .ok()
            .filter(|_| file.size() == blob.size)
        else {
            return Ok(None);
        };
        let mut bytes = vec![0; length];
        let mut at = 0;
        while at < length {
            let Some(rest) = bytes.get_mut(at..) else {
                break;
            };
            match file.read_at(rest, at as u64) {
                // A file that shrinks or cannot be read is no document; `inventory` names the damage.
                Ok(0) | Err(_) => return Ok(None),
                Ok(count) => at += count,
            }
        }
        let right = digest_of(blob.digest.algorithm(), &bytes) == blob.digest;
        Ok(right.then_some(bytes))
    }
}
