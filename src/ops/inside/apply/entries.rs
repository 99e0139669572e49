//! Which entries of a bundle the lock names: all of them, or the bundle is refused.

use std::collections::BTreeMap;

use lock_format::{Blob, Digest, Image, Lockfile};

use super::ApplyFailure;
use crate::diagnostic::Failure;
use crate::wire::{Bundle, Carried};

/// The blobs that a bundle brings, by digest, with their place among its entries.
pub(super) type Entries = BTreeMap<Digest, (usize, Carried)>;

/// Holds every entry against the lock.
pub(super) fn check(bundle: &Bundle, lockfile: &Lockfile) -> Result<Entries, Failure> {
    let locked = sizes(lockfile);
    let mut entries = Entries::new();
    for (at, carried) in bundle.entries.iter().enumerate() {
        let Blob { digest, size } = carried.content();
        match locked.get(&digest) {
            None => return Err(ApplyFailure::NotInLock(digest).into()),
            Some(locked) if *locked != size => {
                let locked = *locked;
                return Err(ApplyFailure::Size {
                    digest,
                    locked,
                    found: size,
                }
                .into());
            }
            Some(_) => entries.insert(digest, (at, *carried)),
        };
    }
    if let Some(reference) = bundle.resolutions.keys().next() {
        return Err(ApplyFailure::Resolution(reference.clone()).into());
    }
    Ok(entries)
}

/// The size of each blob that a lock names.
fn sizes(lockfile: &Lockfile) -> BTreeMap<Digest, u64> {
    let blobs = lockfile.images().iter().flat_map(Image::blobs);
    blobs.map(|blob| (blob.digest, blob.size)).collect()
}
