//! A manifest or index out of the cache.

use lock_format::Digest;

use crate::oci::ReadAt as _;
use crate::run::limits::MANIFEST_BYTES;
use crate::store::{Cache, StoreError};

/// Reads a document that [`Cache::has`] told to be whole; none where it is gone since.
pub(super) fn read(cache: &Cache, digest: &Digest) -> Result<Option<Vec<u8>>, StoreError> {
    let Some(blob) = cache.open_blob(digest)? else {
        return Ok(None);
    };
    let mut bytes = vec![0; usize::try_from(blob.size().min(MANIFEST_BYTES)).unwrap_or(0)];
    let mut at = 0;
    while let Some(rest) = bytes.get_mut(at..).filter(|rest| !rest.is_empty()) {
        match blob.read_at(rest, at as u64) {
            Ok(0) | Err(_) => return Ok(None),
            Ok(count) => at += count,
        }
    }
    Ok(Some(bytes))
}
