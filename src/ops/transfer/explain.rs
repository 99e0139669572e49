//! What the length of a sealed file tells.

use std::cmp::Ordering;

use super::TransferError;
use crate::seal::{SealError, SealedFile, sealed_size};

/// Tells a file that was cut or continued from one that was changed: a signed transfer.json says how
/// many bytes it should hold.
pub(super) fn unproved(sealed: &SealedFile, payload: u64, error: &SealError) -> TransferError {
    let computed = sealed_size(sealed.head_bytes(), payload);
    let found = sealed.size();
    match (found.cmp(&computed), error) {
        (Ordering::Less, _) | (Ordering::Equal, SealError::Truncated) => {
            SealError::Truncated.into()
        }
        (Ordering::Equal, _) => SealError::Damaged.into(),
        (Ordering::Greater, _) => TransferError::TrailingData { found, computed },
    }
}

/// Tells how a proved length differs from the computed one.
pub(super) fn exact(found: u64, computed: u64) -> TransferError {
    if found < computed {
        TransferError::MissingData { found, computed }
    } else {
        TransferError::TrailingData { found, computed }
    }
}
