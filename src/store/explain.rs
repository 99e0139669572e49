//! Why something is not served.

use std::sync::{Arc, Mutex, PoisonError};

use lock_format::{Digest, Reference, Repository};

use crate::oci::{Catalog, Explanation, Wanted};

use super::Ledger;
use super::layout::{LEDGER, Layout};
use super::marks::{Entry, Marks};

/// Answers from the catalog and the ledger, which is read again only when it changed.
#[derive(Debug, Default)]
pub(super) struct Explainer {
    known: Mutex<Option<(Option<Marks>, Arc<Ledger>)>>,
}

impl Explainer {
    /// `published` tells whether a digest asked for is published, so that only its file can be at
    /// fault.
    pub(super) fn explain(
        &self,
        layout: &Layout,
        catalog: &Catalog,
        published: bool,
        wanted: &Wanted<'_>,
    ) -> Explanation {
        match wanted {
            Wanted::Tag(repository, tag) => {
                let Ok(reference) = Reference::tagged((*repository).clone(), tag) else {
                    return Explanation::Unknown;
                };
                self.explain_name(layout, catalog, reference)
            }
            Wanted::Digest(repository, digest) if published => {
                Explanation::Damaged(named(catalog, repository, digest))
            }
            Wanted::Digest(_, digest) => self.explain_digest(layout, digest),
        }
    }

    fn explain_name(
        &self,
        layout: &Layout,
        catalog: &Catalog,
        reference: Reference,
    ) -> Explanation {
        if catalog.names.contains_key(&reference) {
            return Explanation::Damaged(reference);
        }
        if let Some(ledger) = self.ledger(layout) {
            if ledger.held().any(|held| held.reference == reference) {
                return Explanation::Held(reference);
            }
            let mut open = ledger.open_requests();
            if open.any(|request| request.pending.contains(&reference)) {
                return Explanation::Pending(reference);
            }
        }
        let others: Vec<Reference> = catalog
            .names
            .keys()
            .filter(|name| {
                name.repository().path() == reference.repository().path()
                    && name.tag() == reference.tag()
            })
            .cloned()
            .collect();
        if others.is_empty() {
            Explanation::Unknown
        } else {
            Explanation::HeldAs(others)
        }
    }

    fn explain_digest(&self, layout: &Layout, digest: &Digest) -> Explanation {
        let ledger = self.ledger(layout);
        let held = ledger.as_deref().and_then(|ledger| {
            ledger
                .held()
                .find(|held| held.pin.digest == *digest || held.blobs.contains(digest))
                .map(|held| held.reference.clone())
        });
        held.map_or(Explanation::Unknown, Explanation::Held)
    }

    /// A ledger that cannot be read explains nothing; `serve` goes on without.
    fn ledger(&self, layout: &Layout) -> Option<Arc<Ledger>> {
        let marks = layout.airlock.entry(LEDGER).map_or(None, Entry::file);
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((seen, ledger)) = known.as_ref()
            && *seen == marks
        {
            return Some(Arc::clone(ledger));
        }
        let ledger = Arc::new(Ledger::read(layout).ok()?);
        *known = Some((marks, Arc::clone(&ledger)));
        Some(ledger)
    }
}

/// The name that a damaged digest is told by: one of its repository that stands for it, else itself.
fn named(catalog: &Catalog, repository: &Repository, digest: &Digest) -> Reference {
    catalog
        .names
        .iter()
        .find(|(name, found)| name.repository() == repository && found.digest == *digest)
        .map_or_else(
            || Reference::digested(repository.clone(), *digest),
            |(name, _)| name.clone(),
        )
}
