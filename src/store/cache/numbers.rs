//! How much a cache holds.

use lock_format::Algorithm;

use crate::store::StoreError;
use crate::store::layout::Blobs;
use crate::store::marks::Entry;

use super::Cache;

/// How much a cache holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CacheNumbers {
    /// How many whole blobs.
    pub blobs: u64,
    /// Their lengths together, in bytes.
    pub bytes: u64,
    /// How many downloads that were cut.
    pub partial: u64,
    /// The bytes of those.
    pub partial_bytes: u64,
}

impl Cache {
    /// Counts what is there, without reading any of it.
    pub fn numbers(&self) -> Result<CacheNumbers, StoreError> {
        let (blobs, bytes) = count(&self.blobs)?;
        let (partial, partial_bytes) = count(&self.partial)?;
        Ok(CacheNumbers {
            blobs,
            bytes,
            partial,
            partial_bytes,
        })
    }
}

fn count(blobs: &Blobs) -> Result<(u64, u64), StoreError> {
    let (mut files, mut bytes) = (0, 0_u64);
    for algorithm in [Algorithm::Sha256, Algorithm::Sha512] {
        let folder = blobs.folder(algorithm);
        for name in folder.names()? {
            if let Entry::File(marks) = folder.entry(&name)? {
                files += 1;
                bytes = bytes.saturating_add(marks.size);
            }
        }
    }
    Ok((files, bytes))
}
