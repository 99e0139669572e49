//! A lock applied to what the store already holds: no bundle needed.

use std::collections::{BTreeMap, BTreeSet};

use super::{ApplyFailure, PublishedImages, closure, older, publish};
use crate::diagnostic::Failure;
use crate::ops::inside::diff::unique_blobs;
use crate::ops::lock_file::LockFile;
use crate::run::Run;
use crate::store::ledger::Event;
use crate::store::{AuditEntry, Store};

/// Publishes the images of a lock that are whole in the store; with `check` it only tells which.
pub fn apply_lock(
    lock: &LockFile,
    store: &Store,
    allow_older: bool,
    check: bool,
    run: &Run<'_>,
) -> Result<PublishedImages, Failure> {
    let LockFile {
        text,
        digest,
        lockfile,
        ..
    } = lock;
    let writer = if check {
        None
    } else {
        Some(store.begin(run.clock)?)
    };
    if !allow_older {
        let ledger = match &writer {
            Some(writer) => writer.ledger(),
            None => store.ledger()?,
        };
        older::check(store, &ledger, digest, lockfile, None)?;
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
    if whole.is_empty() && !lockfile.images().is_empty() {
        return Err(ApplyFailure::NothingHeld.into());
    }
    let (published, publication) = publish::plan(store, lockfile, &whole)?;
    let Some(writer) = writer else {
        return Ok(published);
    };
    writer.record_lock(text)?;
    writer.publish(&publication)?;
    writer.audit(&AuditEntry {
        event: "apply-lock".to_owned(),
        facts: BTreeMap::from([
            ("images".to_owned(), published.images.len().to_string()),
            ("lock".to_owned(), digest.to_string()),
        ]),
    })?;
    writer.append_event(&Event::Applied {
        lock: *digest,
        at: run.clock.unix_seconds(),
    })?;
    Ok(published)
}
