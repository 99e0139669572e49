//! The cache itself.

use std::collections::BTreeMap;
use std::fs::File;
use std::os::fd::AsFd as _;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use lock_format::{Blob, Digest};
use rustix::fs::FlockOperation;

use crate::run::{Clock, Run};
use crate::store::check::check;
use crate::store::disk::{Disk, RealDisk};
use crate::store::folder::{FILE_MODE, Folder};
use crate::store::layout::{Blobs, TMP};
use crate::store::marks::Entry;
use crate::store::moves::remove;
use crate::store::records::{self, Records};
use crate::store::{BlobFile, StoreError};

use super::clean::USERS;
use super::locked::lock;

/// The cache belongs to one person: it may hold images of private registries.
const FOLDER_MODE: u32 = 0o700;
const VERSION: &str = "v1";
const TAG: &str = "CACHEDIR.TAG";
/// The signature is fixed by the Cache Directory Tagging Specification.
const TAG_TEXT: &[u8] = b"Signature: 8a477f597d28d172789f06886806bc55\n\
# Images fetched by airlock. May be deleted at any time.\n";
/// A use is noted again after so many seconds: a day.
const NOTED_FOR: u64 = 24 * 60 * 60;

/// A folder of blobs that were fetched. Shared by worker threads.
#[derive(Debug)]
pub struct Cache {
    pub(super) blobs: Blobs,
    pub(super) partial: Blobs,
    pub(super) encoded: Blobs,
    pub(super) tmp: Folder,
    pub(super) disk: Arc<dyn Disk>,
    pub(super) home: Folder,
    /// Locked, shared, as long as the cache is open: none of it is cleaned meanwhile.
    pub(super) users: File,
    records: Mutex<Arc<Records>>,
    /// Finished by this process and not synced yet: whole, and without a record.
    unsynced: Mutex<BTreeMap<Digest, u64>>,
    next: AtomicU64,
}

impl Cache {
    /// Opens the cache in a folder, made where it is missing. Waits while another process cleans it.
    pub fn open(dir: &Path) -> Result<Self, StoreError> {
        Self::open_on(dir, Arc::new(RealDisk))
    }

    /// As [`open`](Self::open), with the steps that change a disk done by `disk`.
    pub fn open_on(dir: &Path, disk: Arc<dyn Disk>) -> Result<Self, StoreError> {
        let root = Folder::create_path(dir, FOLDER_MODE)?;
        if root.entry(TAG)? == Entry::Absent {
            // The tag keeps backup programs away: it must not get into a folder of something else.
            if root.names()?.iter().any(|name| name != VERSION) {
                return Err(StoreError::NotACache(dir.to_owned()));
            }
            let tag = root.append_file(TAG, FILE_MODE)?;
            disk.write(&tag, TAG_TEXT)
                .map_err(|error| root.refused("write", TAG, TAG_TEXT.len() as u64, error))?;
        }
        let home = root.ensure(VERSION, FOLDER_MODE)?;
        let users = home.append_file(USERS, FILE_MODE)?;
        rustix::fs::flock(&users, FlockOperation::LockShared)
            .map_err(|errno| home.refused("lock", USERS, 0, errno.into()))?;
        let digests = |name| Blobs::ensure(&home.ensure(name, FOLDER_MODE)?, FOLDER_MODE);
        let tmp = home.ensure(TMP, FOLDER_MODE)?;
        let cache = Self {
            blobs: digests("blobs")?,
            partial: digests("partial")?,
            encoded: digests("encoded")?,
            records: Mutex::new(Arc::new(Records::load(&home)?)),
            unsynced: Mutex::default(),
            next: AtomicU64::new(0),
            tmp,
            users,
            home,
            disk,
        };
        cache.sweep()?;
        let records = cache.records();
        if records.is_worn() {
            records.rewrite(cache.locked_temp()?, &cache.home)?;
        }
        Ok(cache)
    }

    /// Returns the folder, for messages.
    pub fn path(&self) -> &Path {
        self.home.path()
    }

    /// Tells whether a blob is there, whole and verified; digests it where no record fits.
    pub fn has(&self, blob: &Blob, run: &Run<'_>) -> Result<bool, StoreError> {
        Ok(!self.present(std::slice::from_ref(blob), run)?.is_empty())
    }

    /// Returns those of some blobs that are there, whole and verified, with their lengths.
    ///
    /// Those without a fitting record are digested, several at a time.
    pub fn present(
        &self,
        wanted: &[Blob],
        run: &Run<'_>,
    ) -> Result<BTreeMap<Digest, u64>, StoreError> {
        let (ours, others): (Vec<Blob>, Vec<Blob>) = {
            let unsynced = guard(&self.unsynced);
            let is_ours = |blob: &&Blob| unsynced.get(&blob.digest) == Some(&blob.size);
            wanted.iter().partition(is_ours)
        };
        let records = self.records();
        let mut found = check(&self.blobs, &records, &others, run)?;
        let now = run.clock.unix_seconds();
        let noted_before = now.saturating_sub(NOTED_FOR);
        let used = records.renewed(found.held.keys(), noted_before, now);
        if !found.fresh.is_empty() {
            // A record says that the bytes are on the disk.
            self.sync_disk()?;
            self.keep(found.fresh)?;
        }
        self.keep(used)?;
        let ours = ours.iter().map(|blob| (blob.digest, blob.size));
        found.held.extend(ours);
        Ok(found.held)
    }

    /// Opens a blob. Only one that [`has`](Self::has) or [`present`](Self::present) told to be
    /// there, or that was finished in this run, is known to be whole.
    pub fn open_blob(&self, digest: &Digest) -> Result<Option<BlobFile>, StoreError> {
        let (folder, name) = self.blobs.place(digest);
        BlobFile::open(folder, &name)
    }

    /// Makes all blobs finished so far durable, in one sync, and notes their records.
    ///
    /// Without it they are digested once more by the next run.
    pub fn sync(&self, clock: &dyn Clock) -> Result<(), StoreError> {
        let finished = std::mem::take(&mut *guard(&self.unsynced));
        if finished.is_empty() {
            return Ok(());
        }
        self.sync_disk()?;
        self.keep(records::of(&self.blobs, finished.keys(), clock)?)
    }

    /// Notes a blob that was renamed to its place.
    pub(super) fn finished(&self, blob: Blob) {
        guard(&self.unsynced).insert(blob.digest, blob.size);
    }

    /// Returns a name in `tmp/` that no other process uses.
    pub(super) fn temp_name(&self) -> String {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        format!("{}-{number}", std::process::id())
    }

    /// Returns the records as they are known now.
    pub(super) fn records(&self) -> Arc<Records> {
        Arc::clone(&guard(&self.records))
    }

    fn keep(&self, fresh: Vec<records::Entry>) -> Result<(), StoreError> {
        if fresh.is_empty() {
            return Ok(());
        }
        records::append(self.disk.as_ref(), &self.home, &fresh)?;
        let mut records = guard(&self.records);
        Arc::make_mut(&mut records).add(fresh);
        Ok(())
    }

    fn sync_disk(&self) -> Result<(), StoreError> {
        self.disk
            .sync_all(self.home.as_fd())
            .map_err(|error| self.home.refused("sync", "", 0, error))
    }

    /// Removes temporary files whose process is gone: nobody has their lock.
    fn sweep(&self) -> Result<(), StoreError> {
        for name in self.tmp.names()? {
            let Some(file) = self.tmp.open_file(&name)? else {
                continue;
            };
            if lock(&self.tmp, &name, &file)? {
                remove(self.disk.as_ref(), (&self.tmp, &name))?;
            }
        }
        Ok(())
    }
}

fn guard<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
