//! Whether a lock is older than what was applied since.

use std::collections::BTreeSet;

use lock_format::{Digest, Lockfile, Reference};

use super::ApplyFailure;
use super::accept::recorded;
use crate::diagnostic::Failure;
use crate::store::{Ledger, Store};

/// Refuses a lock that would move a name back to what a later lock moved it from.
///
/// Later are: the locks of requests with a higher number that were applied, and, where this very
/// lock was applied before, those applied after it. Locks of other projects that share the store do
/// not count unless they pin the same name otherwise.
pub(super) fn check(
    store: &Store,
    ledger: &Ledger,
    digest: &Digest,
    lockfile: &Lockfile,
    seq: Option<u64>,
) -> Result<(), Failure> {
    let mut names: BTreeSet<Reference> = BTreeSet::new();
    for later in later_locks(ledger, digest, seq) {
        let later = recorded(store, &later)?;
        names.extend(pinned_otherwise(lockfile, &later));
    }
    let publication = store.publication()?;
    names.retain(|name| {
        let pin = lockfile.image(name).and_then(|image| image.pin.as_ref());
        publication.catalog.names.get(name) != pin
    });
    if names.is_empty() {
        return Ok(());
    }
    Err(ApplyFailure::Superseded {
        names: names.into_iter().collect(),
    }
    .into())
}

fn later_locks(ledger: &Ledger, digest: &Digest, seq: Option<u64>) -> BTreeSet<Digest> {
    let applied = ledger.applied_locks();
    let mut later = BTreeSet::new();
    if ledger.last_lock() != Some(digest) {
        let after = applied.iter().skip_while(|one| *one != digest);
        later.extend(after.filter(|one| *one != digest).copied());
    }
    if let Some(seq) = seq {
        let requests = ledger.requests();
        let newer = requests.iter().filter(|(request, _)| request.seq > seq);
        later.extend(
            newer
                .map(|(request, _)| request.lock)
                .filter(|lock| lock != digest && applied.contains(lock)),
        );
    }
    later
}

/// Names that both locks pin, to different digests.
fn pinned_otherwise(lockfile: &Lockfile, later: &Lockfile) -> Vec<Reference> {
    later
        .images()
        .iter()
        .filter(|image| {
            let mine = lockfile
                .image(&image.reference)
                .and_then(|image| image.pin.as_ref());
            mine.is_some() && image.pin.is_some() && mine != image.pin.as_ref()
        })
        .map(|image| image.reference.clone())
        .collect()
}
