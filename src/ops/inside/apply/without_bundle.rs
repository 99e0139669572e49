//! A lock applied to what the store already holds: no bundle needed.

use std::collections::{BTreeMap, BTreeSet};

use lock_format::{Digest, Lockfile};

use super::{ApplyFailure, PublishedImages, closure, older, publish};
use crate::diagnostic::Failure;
use crate::ops::inside::diff::unique_blobs;
use crate::ops::inside::held::held;
use crate::ops::lock_file::LockFile;
use crate::run::Run;
use crate::store::ledger::Event;
use crate::store::{AuditEntry, Ledger, Publication, Store, Writer};

/// Publishes the images of a lock that are whole in the store; with `check` it only tells which.
pub fn apply_lock(
    lock: &LockFile,
    store: &Store,
    allow_older: bool,
    check: bool,
    run: &Run<'_>,
) -> Result<PublishedImages, Failure> {
    let writer = if check {
        None
    } else {
        Some(store.begin(run.clock)?)
    };
    let ledger = match &writer {
        Some(writer) => writer.ledger(),
        None => store.ledger()?,
    };
    let stored = Stored {
        store,
        ledger: &ledger,
        text: &lock.text,
        digest: lock.digest,
        lockfile: &lock.lockfile,
    };
    let (published, publication) = stored.plan(allow_older, run)?;
    if let Some(writer) = &writer {
        stored.publish(writer, &published, &publication, run)?;
    }
    Ok(published)
}

/// A lock, and the store that it is applied to.
pub(super) struct Stored<'a> {
    pub(super) store: &'a Store,
    pub(super) ledger: &'a Ledger,
    pub(super) text: &'a str,
    pub(super) digest: Digest,
    pub(super) lockfile: &'a Lockfile,
}

impl Stored<'_> {
    /// Checks every image whose content is whole, and tells what publishing those comes to.
    pub(super) fn plan(
        &self,
        allow_older: bool,
        run: &Run<'_>,
    ) -> Result<(PublishedImages, Publication), Failure> {
        let (store, lockfile) = (self.store, self.lockfile);
        if !allow_older {
            older::check(store, self.ledger, &self.digest, lockfile, None)?;
        }
        let inventory = store.inventory(&unique_blobs(lockfile), run)?.inventory;
        let find = |blob: &_| Ok(store.read_document(blob)?);
        let mut whole = BTreeSet::new();
        for image in lockfile.images().iter().filter(|image| !image.is_pending()) {
            run.cancel.check()?;
            if image.blobs().iter().all(|blob| inventory.holds(blob)) {
                closure::check(image, &find)?;
                whole.insert(image.reference.clone());
            }
        }
        let held = held(lockfile, store, self.ledger, run)?;
        if whole.is_empty() && !held.is_empty() {
            return Err(ApplyFailure::OnlyHeld(held.into_keys().collect()).into());
        }
        if whole.is_empty() && !lockfile.images().is_empty() {
            return Err(ApplyFailure::NothingHeld.into());
        }
        publish::plan(store, lockfile, &whole, &held)
    }

    /// Publishes what was planned, and records it.
    pub(super) fn publish(
        &self,
        writer: &Writer<'_>,
        published: &PublishedImages,
        publication: &Publication,
        run: &Run<'_>,
    ) -> Result<(), Failure> {
        writer.record_lock(self.text)?;
        writer.publish(publication)?;
        writer.audit(&AuditEntry {
            event: "apply-lock".to_owned(),
            facts: BTreeMap::from([
                ("images".to_owned(), published.images.len().to_string()),
                ("lock".to_owned(), self.digest.to_string()),
            ]),
        })?;
        writer.append_event(&Event::Applied {
            lock: self.digest,
            at: run.clock.unix_seconds(),
        })?;
        Ok(())
    }
}
