//! Reading documents of a bundle before anything of it is written.

use std::io::{self, Read as _};
use std::ops::RangeInclusive;

use lock_format::Blob;

use super::entries::Entries;
use crate::diagnostic::Failure;
use crate::oci::VerifyingReader;
use crate::ops::transfer::{Opened, TransferError};
use crate::store::Store;
use crate::wire::Part;

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
    let volumes = entry.volumes();
    let mut content = VerifyingReader::new(entry.content()?, *blob);
    #[expect(
        clippy::disallowed_methods,
        reason = "the verifying reader stops at the promised size"
    )]
    content
        .read_to_end(&mut bytes)
        .map_err(|cause| entry_failure(blob, volumes, cause))?;
    Ok(Some(bytes))
}

/// Tells why the bytes of an entry could not be taken: other bytes than promised, a file that is
/// damaged, or one that cannot be read.
pub(super) fn entry_failure(
    blob: &Blob,
    volumes: Option<RangeInclusive<u32>>,
    cause: io::Error,
) -> Failure {
    TransferError::payload(Part::Blob(blob.digest).to_string(), volumes, cause).into()
}
