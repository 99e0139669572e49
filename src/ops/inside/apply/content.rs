//! Reading documents of a bundle before anything of it is written.

use std::io::Read as _;

use lock_format::Blob;

use super::ApplyFailure;
use super::entries::Entries;
use crate::diagnostic::Failure;
use crate::oci::VerifyingReader;
use crate::ops::transfer::Opened;
use crate::store::Store;

/// Finds a document in the bundle, else in the store; the caller has bounded its length.
pub(super) fn document(
    opened: &Opened,
    entries: &Entries,
    store: &Store,
    blob: &Blob,
) -> Result<Option<Vec<u8>>, Failure> {
    let Some((at, _)) = entries.get(&blob.digest) else {
        return Ok(store.read_document(blob)?);
    };
    let mut span = opened.span(*at..at.saturating_add(1))?;
    let Some(entry) = span.next_entry()? else {
        return Ok(None);
    };
    let mut bytes = Vec::with_capacity(usize::try_from(blob.size).unwrap_or(0));
    let mut content = VerifyingReader::new(entry.content()?, *blob);
    #[expect(
        clippy::disallowed_methods,
        reason = "the verifying reader stops at the promised size"
    )]
    content
        .read_to_end(&mut bytes)
        .map_err(|cause| ApplyFailure::Entry {
            digest: blob.digest,
            cause,
        })?;
    Ok(Some(bytes))
}
