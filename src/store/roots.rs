//! What a clean-up must keep (`docs/store.md`, 5).

use std::collections::BTreeSet;

use lock_format::Digest;

use super::{Store, StoreError};

/// What must stay: everything else in `blobs/` and `locks/` may go.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Roots {
    /// Locks under `airlock/locks/`: applied ones, and those of open requests. What a lock names is
    /// a root too.
    pub locks: BTreeSet<Digest>,
    /// Blobs: all that is published, held content, bases that open requests offered.
    pub blobs: BTreeSet<Digest>,
}

impl Store {
    /// Lists what a clean-up must keep.
    pub fn roots(&self) -> Result<Roots, StoreError> {
        let ledger = self.ledger()?;
        let publication = self.publication()?;
        let names = publication.catalog.names.values().map(|found| found.digest);
        let manifests = publication.catalog.manifests.keys().copied();
        let held = ledger
            .held()
            .flat_map(|held| held.blobs.iter().copied().chain([held.pin.digest]));
        let bases = ledger
            .open_requests()
            .flat_map(|request| request.bases.iter().copied());
        Ok(Roots {
            locks: ledger.kept_locks(),
            blobs: names
                .chain(manifests)
                .chain(publication.blobs.keys().copied())
                .chain(held)
                .chain(bases)
                .collect(),
        })
    }
}
