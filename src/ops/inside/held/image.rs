//! Candidates that the store holds whole, for what a lock leaves pending.

use std::collections::BTreeMap;

use lock_format::{Blob, Digest, Image, Lockfile, Reference};

use super::AtHand;
use crate::diagnostic::{Class, Code, Failure};
use crate::ops::inside::apply::check_closure;
use crate::ops::project::pin_pending;
use crate::run::{Event, Run, Silent, Warning};
use crate::store::{Ledger, Store, ledger};
use crate::wire::Kid;

/// Every code of held content: a warning only.
pub const CODES: &[Code] = &[NOT_WHOLE];

const NOT_WHOLE: Code = Code::new("held/not-whole");

/// A candidate for a pending reference, whole and not published.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeldImage {
    /// The image as a lock would pin it, at the platforms that the lock asks for.
    pub image: Image,
    /// The number of the request that asked for it.
    pub seq: u64,
    /// The key that signed the bundle which brought it.
    pub signer: Kid,
}

/// Lists the pending references of a lock for which the store holds a candidate.
///
/// A candidate that is damaged, or not there at a platform that the lock asks for now, does not count;
/// a warning tells so.
pub fn held(
    lockfile: &Lockfile,
    store: &Store,
    ledger: &Ledger,
    run: &Run<'_>,
) -> Result<BTreeMap<Reference, HeldImage>, Failure> {
    let mut found = BTreeMap::new();
    for pending in lockfile.images().iter().filter(|image| image.is_pending()) {
        run.cancel.check()?;
        let Some(record) = ledger.held_for(&pending.reference) else {
            continue;
        };
        match whole(pending, record, store, run) {
            Ok(Some(image)) => {
                let (seq, signer) = (record.seq, record.signer);
                let held = HeldImage { image, seq, signer };
                found.insert(pending.reference.clone(), held);
            }
            Ok(None) => warn(pending, "a blob of it is missing or damaged", run),
            Err(cause) if is_fault_of_content(&cause) => warn(pending, &cause.to_string(), run),
            Err(cause) => return Err(cause),
        }
    }
    Ok(found)
}

fn whole(
    pending: &Image,
    record: &ledger::Held,
    store: &Store,
    run: &Run<'_>,
) -> Result<Option<Image>, Failure> {
    let find = |blob: &Blob| Ok(store.read_document(blob)?);
    let length = |digest: &Digest| Ok(store.stored(digest)?);
    let at_hand = AtHand {
        reference: &pending.reference,
        pin: &record.pin,
        find: &find,
        length: &length,
    };
    let quiet = Run {
        events: &Silent,
        ..*run
    };
    let image = pin_pending(pending, &at_hand, quiet)?;
    check_closure(&image, &find)?;
    let blobs = image.blobs();
    let inventory = store.inventory(&blobs, run)?.inventory;
    let whole = blobs.iter().all(|blob| inventory.holds(blob));
    Ok(whole.then_some(image))
}

fn is_fault_of_content(cause: &Failure) -> bool {
    match cause.facts().class() {
        Class::Environment | Class::Cancelled => false,
        Class::Gate | Class::Usage | Class::Verification | Class::Partial => true,
    }
}

fn warn(pending: &Image, why: &str, run: &Run<'_>) {
    run.events.event(Event::Warning(&Warning {
        code: NOT_WHOLE,
        message: format!("what is held for {} is of no use: {why}", pending.reference),
        help: Some("the next `airlock diff --request` asks for it again".to_owned()),
        label: None,
    }));
}
