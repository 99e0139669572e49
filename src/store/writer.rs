//! A store, open for writing.

use std::fmt;
use std::fs::File;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use crate::run::Clock;

use super::disk::Disk;
use super::folder::{FILE_MODE, FOLDER_MODE, Folder};
use super::json_lines::JsonLines;
use super::layout::{Layout, TMP};
use super::moves::{discard, remove};
use super::staged::Staged;
use super::sweep::{sweep, sweep_except};
use super::temp_file::TempFile;
use super::writer_lock::WriterLock;
use super::{Audit, Ledger, StoreError, index};

/// The one writer of a store. Shared by worker threads; the lock goes when it is dropped.
///
/// The order of an `apply` (`docs/store.md`, 3): the intent, [`blob`](Self::blob)s,
/// [`record_lock`](Self::record_lock) and [`commit_blobs`](Self::commit_blobs),
/// [`publish`](Self::publish), the audit line and the commit.
pub struct Writer<'s> {
    pub(super) layout: &'s Layout,
    pub(super) clock: &'s dyn Clock,
    pub(super) tmp: Folder,
    pub(super) staged: Mutex<Vec<Staged>>,
    next: AtomicU64,
    /// As the file is: only this writer changes it.
    pub(super) ledger: Mutex<Ledger>,
    repairs: Repairs,
    _lock: WriterLock,
}

/// What a writer cleaned up when it began: all zero unless a write was cut before.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Repairs {
    /// Temporary files and outdated lists removed.
    pub swept: u64,
    /// Bytes of a torn last line cut off the ledger.
    pub ledger_cut: u64,
    /// Bytes of a torn last line cut off the audit log.
    pub audit_cut: u64,
}

impl<'s> Writer<'s> {
    pub(super) fn begin(layout: &'s Layout, clock: &'s dyn Clock) -> Result<Self, StoreError> {
        let lock = WriterLock::take(&layout.airlock, layout.path())?;
        let disk = layout.disk.as_ref();
        let tmp = layout.airlock.ensure(TMP, FOLDER_MODE)?;
        let list = index::list_in_use(layout)?;
        let outdated = |name: &str| list.is_some_and(|digest| digest.hex() == name);
        let repairs = Repairs {
            swept: sweep(disk, &tmp)? + sweep_except(disk, &layout.published, outdated)?,
            ledger_cut: Ledger::log(&layout.airlock).cut(disk)?,
            audit_cut: Audit::log(&layout.airlock).cut(disk)?,
        };
        Ok(Self {
            layout,
            clock,
            tmp,
            staged: Mutex::default(),
            next: AtomicU64::new(0),
            ledger: Mutex::new(Ledger::read(layout)?),
            repairs,
            _lock: lock,
        })
    }

    /// Tells what was cleaned up: worth a warning where anything was cut.
    pub fn repairs(&self) -> Repairs {
        self.repairs
    }

    /// Makes a nameless file on the store's file system, which goes when it is closed: for a bundle
    /// that comes through a pipe.
    pub fn scratch(&self) -> Result<File, StoreError> {
        let name = self.temp_name();
        let file = self.tmp.create_file(&name, 0o600)?;
        remove(self.disk(), (&self.tmp, &name))?;
        Ok(file)
    }

    pub(super) fn disk(&self) -> &dyn Disk {
        self.layout.disk.as_ref()
    }

    /// Names in `tmp/` are numbers: it was swept, and this writer is the only one.
    pub(super) fn temp_name(&self) -> String {
        self.next.fetch_add(1, Ordering::Relaxed).to_string()
    }

    pub(super) fn temp_file(&self, mode: u32) -> Result<TempFile<'_>, StoreError> {
        TempFile::create(self.disk(), &self.tmp, self.temp_name(), mode)
    }

    /// Writes a small file under a final name, whole and synced.
    pub(super) fn replace(
        &self,
        folder: &Folder,
        name: &str,
        bytes: &[u8],
    ) -> Result<(), StoreError> {
        let temp = self.temp_file(FILE_MODE)?;
        temp.write(bytes, bytes.len() as u64)?;
        temp.publish(folder, name, true)
    }

    pub(super) fn append(&self, log: JsonLines<'_>, line: &str) -> Result<(), StoreError> {
        log.append(self.disk(), line)
    }

    pub(super) fn take_staged(&self) -> Vec<Staged> {
        std::mem::take(&mut *self.staged.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Drop for Writer<'_> {
    fn drop(&mut self) {
        for staged in self.take_staged() {
            discard(self.disk(), (&self.tmp, &staged.temp));
        }
    }
}

impl fmt::Debug for Writer<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Writer")
            .field("store", &self.layout.path())
            .finish_non_exhaustive()
    }
}
