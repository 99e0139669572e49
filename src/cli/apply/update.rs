//! The lock with what is held: written on request, else shown beside it.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use super::report::{self, Report};
use crate::cli::context::Context;
use crate::diagnostic::Failure;
use crate::ops::inside::apply::{Updated, pinned, update_lock};
use crate::ops::inside::held::held;
use crate::ops::lock_file::{LockFile, behind_links};
use crate::run::{Event, Run, Warning};
use crate::store::{Existing, Store, StoreError, publish_file};

/// Locks are for everybody.
const MODE: u32 = 0o644;

/// How a lock is updated.
pub(super) struct Update<'a> {
    pub(super) path: &'a Path,
    pub(super) store: &'a Store,
    pub(super) allow_older: bool,
    pub(super) check: bool,
}

impl Update<'_> {
    /// Pins in the lock what is held, shows and writes it, and publishes it.
    pub(super) fn write(&self, report: &mut Report, context: &Context) -> Result<(), Failure> {
        let run = context.run();
        let lock = LockFile::read(self.path, &run)?;
        let show = |updated: &Updated| {
            if !updated.pins.is_empty() {
                context.end_progress();
                context.output().say(&report::change_text(updated));
            }
        };
        let write = |updated: &Updated| {
            show(updated);
            publish_file(
                &behind_links(self.path),
                updated.text.as_bytes(),
                MODE,
                Existing::Replace,
            )?;
            context
                .output()
                .say(&format!("{} written", self.path.display()));
            Ok(())
        };
        let (updated, published) = if self.check {
            let told = update_lock(&lock, self.store, self.allow_older, None, &run)?;
            show(&told.0);
            told
        } else {
            update_lock(&lock, self.store, self.allow_older, Some(&write), &run)?
        };
        if !updated.pins.is_empty() && !self.check {
            remove_shown(self.path, &updated.text, &run)?;
        }
        report.take(published);
        report.take_pins(&updated);
        report.lock_file = Some(self.path.display().to_string());
        Ok(())
    }
}

/// Shows the lock as it would be with what is held, in a file beside it; nothing where there is no
/// lock at hand that leaves such a reference pending.
///
/// What was applied is done by then: where the file cannot be written, a warning says so.
pub(super) fn show_beside(path: &Path, store: &Store, run: &Run<'_>) -> Option<String> {
    match try_beside(path, store, run) {
        Ok(shown) => shown,
        Err(failure) => {
            let facts = failure.facts();
            run.events.event(Event::Warning(&Warning {
                code: facts.code(),
                message: format!("the lock with what is held is not shown: {facts}"),
                help: facts.help(),
                label: None,
            }));
            None
        }
    }
}

fn try_beside(path: &Path, store: &Store, run: &Run<'_>) -> Result<Option<String>, Failure> {
    let Some(lock) = LockFile::find(path, run)? else {
        return Ok(None);
    };
    let held = held(&lock.lockfile, store, &store.ledger()?, run)?;
    let updated = pinned(&lock.lockfile, &held)?;
    if updated.pins.is_empty() {
        return Ok(None);
    }
    let shown = beside(path);
    publish_file(&shown, updated.text.as_bytes(), MODE, Existing::Replace)?;
    Ok(Some(shown.display().to_string()))
}

/// Removes the file beside a lock that says the same; another one is somebody's own.
fn remove_shown(path: &Path, text: &str, run: &Run<'_>) -> Result<(), Failure> {
    let shown = beside(path);
    match LockFile::find(&shown, run) {
        Ok(Some(found)) if found.text == text => {
            Ok(fs::remove_file(&shown).map_err(|error| StoreError::io("remove", &shown, error))?)
        }
        Ok(_) | Err(_) => Ok(()),
    }
}

/// `airlock.lock.new` for `airlock.lock`.
fn beside(path: &Path) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(".new");
    name.into()
}
