//! Which entries of a bundle may enter: those that the lock or a candidate names, or the bundle is
//! refused.

use std::collections::BTreeMap;

use lock_format::{Blob, Digest, Image, Lockfile};

use super::ApplyFailure;
use super::candidates::Candidates;
use crate::diagnostic::Failure;
use crate::wire::{Bundle, Carried};

/// The blobs that a bundle brings, by digest, with their place among its entries.
pub(super) type Entries = BTreeMap<Digest, (usize, Carried)>;

/// Lists what a bundle brings.
pub(super) fn of(bundle: &Bundle) -> Entries {
    let entries = bundle.entries.iter().enumerate();
    entries
        .map(|(at, carried)| (carried.content().digest, (at, *carried)))
        .collect()
}

/// Holds every entry against the lock, and against the candidates for what it leaves pending.
pub(super) fn check(
    entries: &Entries,
    lockfile: &Lockfile,
    candidates: &Candidates,
) -> Result<(), Failure> {
    let named = sizes(lockfile, candidates)?;
    for (_, carried) in entries.values() {
        let Blob { digest, size } = carried.content();
        match named.get(&digest) {
            None => return Err(ApplyFailure::NotInLock(digest).into()),
            Some(locked) if *locked != size => {
                let (locked, found) = (*locked, size);
                return Err(ApplyFailure::Size {
                    digest,
                    locked,
                    found,
                }
                .into());
            }
            Some(_) => {}
        }
    }
    Ok(())
}

/// The size of each blob that the lock or a candidate names: one digest has one size.
fn sizes(lockfile: &Lockfile, candidates: &Candidates) -> Result<BTreeMap<Digest, u64>, Failure> {
    let blobs = lockfile.images().iter().flat_map(Image::blobs);
    let mut sizes: BTreeMap<Digest, u64> = blobs.map(|blob| (blob.digest, blob.size)).collect();
    for Blob { digest, size } in candidates.values().flat_map(Image::blobs) {
        let locked = *sizes.entry(digest).or_insert(size);
        if locked != size {
            return Err(ApplyFailure::Size {
                digest,
                locked,
                found: size,
            }
            .into());
        }
    }
    Ok(sizes)
}
