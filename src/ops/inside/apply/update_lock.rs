//! `airlock apply --update-lock`: what is held is written into the lock, then published.

use std::collections::BTreeMap;

use lock_format::{Algorithm, Digest, Lockfile, Platform, Reference};

use super::PublishedImages;
use super::without_bundle::Stored;
use crate::diagnostic::Failure;
use crate::oci::digest_of;
use crate::ops::inside::held::{HeldImage, held};
use crate::ops::lock_file::LockFile;
use crate::ops::project::LockFailure;
use crate::plan::{self, Change};
use crate::run::Run;
use crate::store::{AuditEntry, Store, Writer};
use crate::wire::Kid;

/// A lock with its candidates pinned.
#[derive(Clone, Debug)]
pub struct Updated {
    /// The new lock.
    pub lockfile: Lockfile,
    /// Its canonical text.
    pub text: String,
    /// How it differs from the one before.
    pub change: Change,
    /// What it pins that the one before left pending, in the order of the lock.
    pub pins: Vec<NewPin>,
}

/// A pending reference that is pinned now, by the word of a station.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewPin {
    /// The reference.
    pub reference: Reference,
    /// What it is pinned to.
    pub digest: Digest,
    /// The platforms that are carried.
    pub platforms: Vec<Platform>,
    /// The key that signed the bundle with the candidate.
    pub signer: Kid,
    /// The number of the request that asked for it.
    pub seq: u64,
    /// Whether it has ONBUILD triggers that name images: the lock may need more then.
    pub triggers: bool,
}

/// Pins the candidates that are held in a lock; nothing is written.
pub fn pinned(lock: &Lockfile, held: &BTreeMap<Reference, HeldImage>) -> Result<Updated, Failure> {
    let (sources, mut images) = lock.clone().into_parts();
    let mut pins = Vec::new();
    for image in images.iter_mut().filter(|image| image.is_pending()) {
        let Some(held) = held.get(&image.reference) else {
            continue;
        };
        *image = held.image.clone();
        pins.extend(new_pin(held));
    }
    let lockfile = Lockfile::new(sources, images).map_err(LockFailure::Refused)?;
    Ok(Updated {
        text: lockfile.to_text(),
        change: plan::change(lock, &lockfile),
        lockfile,
        pins,
    })
}

fn new_pin(held: &HeldImage) -> Option<NewPin> {
    let image = &held.image;
    let platforms = image.platforms.iter().map(|one| one.name.clone());
    Some(NewPin {
        reference: image.reference.clone(),
        digest: image.pin.as_ref()?.digest,
        platforms: platforms.collect(),
        signer: held.signer,
        seq: held.seq,
        triggers: image.contents().any(|content| !content.onbuild.is_empty()),
    })
}

/// Shows and writes a new lock.
pub type Write<'a> = &'a dyn Fn(&Updated) -> Result<(), Failure>;

/// Pins in a lock what is held for its pending references, has it written, and publishes what it
/// pins then; without `write` it only tells what would be done.
///
/// The audit line comes first: what a person let in on the word of a station is known even where the
/// rest is cut. Run again, the lock is as it is to be, and is published.
pub fn update_lock(
    lock: &LockFile,
    store: &Store,
    allow_older: bool,
    write: Option<Write<'_>>,
    run: &Run<'_>,
) -> Result<(Updated, PublishedImages), Failure> {
    let writer = match write {
        Some(_) => Some(store.begin(run.clock)?),
        None => None,
    };
    let ledger = match &writer {
        Some(writer) => writer.ledger(),
        None => store.ledger()?,
    };
    let held = held(&lock.lockfile, store, &ledger, run)?;
    let updated = pinned(&lock.lockfile, &held)?;
    let text = if updated.pins.is_empty() {
        &lock.text
    } else {
        &updated.text
    };
    let stored = Stored {
        store,
        ledger: &ledger,
        text,
        digest: digest_of(Algorithm::Sha256, text.as_bytes()),
        lockfile: &updated.lockfile,
    };
    let (published, publication) = stored.plan(allow_older, run)?;
    if let (Some(writer), Some(write)) = (&writer, write) {
        if !updated.pins.is_empty() {
            audit(writer, &updated, lock.digest, stored.digest)?;
            write(&updated)?;
        }
        stored.publish(writer, &published, &publication, run)?;
    }
    Ok((updated, published))
}

fn audit(
    writer: &Writer<'_>,
    updated: &Updated,
    before: Digest,
    lock: Digest,
) -> Result<(), Failure> {
    for pin in &updated.pins {
        let platforms: Vec<String> = pin.platforms.iter().map(Platform::to_string).collect();
        writer.audit(&AuditEntry {
            event: "update-lock".to_owned(),
            facts: BTreeMap::from([
                ("before".to_owned(), before.to_string()),
                ("digest".to_owned(), pin.digest.to_string()),
                ("lock".to_owned(), lock.to_string()),
                ("platforms".to_owned(), platforms.join(",")),
                ("reference".to_owned(), pin.reference.to_string()),
                ("seq".to_owned(), pin.seq.to_string()),
                ("signer".to_owned(), pin.signer.to_string()),
            ]),
        })?;
    }
    Ok(())
}
