//! `airlock diff`: what a lock needs and the store lacks. No network, and nothing is written.

use std::collections::BTreeMap;

use lock_format::{Blob, Image, Lockfile, Reference};

use super::held::{HeldImage, held};
use crate::diagnostic::{Code, Failure};
use crate::plan::{self, Plan};
use crate::run::{Event, Run, Warning};
use crate::store::Store;

/// A lock held against a store.
#[derive(Clone, Debug)]
pub struct Diff {
    /// Per image what is there, and what has to be carried.
    pub plan: Plan,
    /// Images whose content is all there and whose name the store does not publish as the lock says.
    pub unpublished: Vec<Reference>,
    /// Blobs that are there and not what their name says; they count as missing.
    pub damaged: Vec<Blob>,
    /// Pending references for which a candidate is held: whole, and not published.
    pub held: BTreeMap<Reference, HeldImage>,
}

impl Diff {
    /// Tells whether there is anything to ask for: a blob, or a reference without a candidate.
    pub fn has_to_ask(&self) -> bool {
        self.plan.totals.missing > 0 || self.plan.totals.pending > self.held.len()
    }
}

/// Every code of the comparison: warnings only.
pub const CODES: &[Code] = &[DAMAGED];

const DAMAGED: Code = Code::new("diff/damaged-blob");

/// Compares a lock with what a store holds; without a store, everything is missing.
pub fn diff(lockfile: &Lockfile, store: Option<&Store>, run: &Run<'_>) -> Result<Diff, Failure> {
    let Some(store) = store else {
        let plan = plan::missing(lockfile, |_| false);
        return Ok(Diff {
            plan,
            unpublished: Vec::new(),
            damaged: Vec::new(),
            held: BTreeMap::new(),
        });
    };
    let wanted = unique_blobs(lockfile);
    let checked = store.inventory(&wanted, run)?;
    let plan = plan::missing(lockfile, |blob| checked.inventory.holds(blob));
    for blob in &checked.damaged {
        run.events.event(Event::Warning(&Warning {
            code: DAMAGED,
            message: format!(
                "{} is damaged in the store; it counts as missing",
                blob.digest
            ),
            help: Some("carry it again: the next bundle heals it".to_owned()),
            label: None,
        }));
    }
    let names = &checked.inventory.catalog.names;
    let unpublished = plan
        .images
        .iter()
        .filter(|image| image.state == plan::State::Present)
        .filter(|image| {
            let pin = lockfile
                .image(&image.reference)
                .and_then(|image| image.pin.as_ref());
            names.get(&image.reference) != pin
        })
        .map(|image| image.reference.clone())
        .collect();
    Ok(Diff {
        plan,
        unpublished,
        damaged: checked.damaged,
        held: held(lockfile, store, &store.ledger()?, run)?,
    })
}

/// All blobs of a lock, each once, sorted.
pub(super) fn unique_blobs(lockfile: &Lockfile) -> Vec<Blob> {
    let mut blobs: Vec<Blob> = lockfile.images().iter().flat_map(Image::blobs).collect();
    blobs.sort_unstable();
    blobs.dedup();
    blobs
}
