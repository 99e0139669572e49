//! A bundle that answers no request was made without knowing what this store holds.

use lock_format::{Blob, Lockfile, Reference};

use super::ApplyFailure;
use super::entries::Entries;
use crate::diagnostic::Failure;
use crate::oci::Inventory;
use crate::wire::{Bundle, Subject};

/// Refuses a bundle that neither brings nor names as missing what the store lacks: it was made since
/// a lock that was never applied here.
pub(super) fn check_complete(
    bundle: &Bundle,
    lockfile: &Lockfile,
    entries: &Entries,
    inventory: &Inventory,
) -> Result<(), Failure> {
    let told = |blob: &Blob| bundle.missing.contains_key(&Subject::Digest(blob.digest));
    let lacking =
        |blob: &Blob| !entries.contains_key(&blob.digest) && !inventory.holds(blob) && !told(blob);
    let mut lacked: Vec<(Blob, &Reference)> = lockfile
        .images()
        .iter()
        .flat_map(|image| {
            image
                .blobs()
                .into_iter()
                .map(move |blob| (blob, &image.reference))
        })
        .filter(|(blob, _)| lacking(blob))
        .collect();
    lacked.sort_unstable();
    lacked.dedup_by_key(|(blob, _)| *blob);
    match lacked.first() {
        None => Ok(()),
        Some((first, reference)) => Err(ApplyFailure::LacksOlder {
            count: lacked.len(),
            first: first.digest,
            reference: (*reference).clone(),
        }
        .into()),
    }
}
