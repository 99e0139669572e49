//! A download on its way into the cache, which a later run can continue.

use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::time::Duration;

use lock_format::Blob;

use crate::oci::VerifyError;
use crate::run::{Run, Sleeper as _, ThreadSleeper};
use crate::store::StoreError;
use crate::store::folder::Folder;
use crate::store::marks::Entry;
use crate::store::moves::{remove, rename};
use crate::store::promised::Promised;
use crate::store::write_by_take::write_by_take;

use super::Cache;
use super::locked::open_locked;

/// How often a download by another process is looked at.
const LOOK_AGAIN: Duration = Duration::from_millis(100);
/// Bytes that are read at once.
const CHUNK: usize = 256 * 1024;

/// Takes the bytes of one blob from [`offset`](Self::offset) on, and digests them.
///
/// Dropped without [`finish`](Self::finish), what came stays for the next run.
#[derive(Debug)]
pub struct PartWriter<'c> {
    cache: &'c Cache,
    folder: &'c Folder,
    file: File,
    name: String,
    promised: Promised,
}

impl Cache {
    /// Begins or continues to fetch a blob; none when it is there by now.
    ///
    /// What an earlier run left is digested first. While another process fetches the same blob,
    /// this waits for it, or until a stop is asked for.
    pub fn writer(&self, blob: Blob, run: &Run<'_>) -> Result<Option<PartWriter<'_>>, StoreError> {
        let folder = self.partial.folder(blob.digest.algorithm());
        let name = format!("{}.part", blob.digest.hex());
        let file = loop {
            if self.has(&blob, run)? {
                return Ok(None);
            }
            match open_locked(folder, &name)? {
                Some(file) => break file,
                None => ThreadSleeper.sleep(LOOK_AGAIN, run.cancel)?,
            }
        };
        let mut part = PartWriter {
            cache: self,
            folder,
            file,
            name,
            promised: Promised::new(blob),
        };
        // Another process may have finished it between the look and the lock.
        if self.has(&blob, run)? {
            remove(self.disk.as_ref(), (folder, &part.name))?;
            return Ok(None);
        }
        part.catch_up(run)?;
        Ok(Some(part))
    }
}

impl PartWriter<'_> {
    /// Returns how many bytes are there: where to go on.
    pub fn offset(&self) -> u64 {
        self.promised.taken()
    }

    /// Drops what is there: for a registry that can only begin at the beginning.
    pub fn restart(&mut self) -> Result<(), StoreError> {
        self.cache
            .disk
            .truncate(&self.file, 0)
            .map_err(|error| self.refused("cut", error))?;
        self.promised = Promised::new(self.promised.blob());
        Ok(())
    }

    /// Takes the next bytes; refuses those beyond the promised size. After an error, drop it.
    pub fn take(&mut self, bytes: &[u8]) -> Result<(), StoreError> {
        self.promised.take(bytes)?;
        self.cache
            .disk
            .write(&self.file, bytes)
            .map_err(|error| self.refused("write", error))
    }

    /// Ends the blob and gives it its name. [`Cache::sync`] makes it durable.
    ///
    /// Fails unless size and digest are what was promised: too short, what is there stays to be
    /// continued; other bytes, they go.
    pub fn finish(self) -> Result<(), StoreError> {
        let blob = self.promised.blob();
        let disk = self.cache.disk.as_ref();
        if let Err(error) = self.promised.finish() {
            if matches!(error, VerifyError::Digest { .. }) {
                remove(disk, (self.folder, &self.name))?;
            }
            return Err(error.into());
        }
        let (folder, name) = self.cache.blobs.place(&blob.digest);
        rename(disk, (self.folder, &self.name), (folder, &name), true)?;
        self.cache.finished(blob);
        Ok(())
    }

    /// Digests what an earlier run left; drops it where it cannot be a beginning of the blob.
    fn catch_up(&mut self, run: &Run<'_>) -> Result<(), StoreError> {
        let length = Entry::of_open(&self.file)
            .map_or(None, Entry::file)
            .map_or(0, |marks| marks.size);
        if length > self.promised.blob().size {
            return self.restart();
        }
        let mut buffer = vec![0; CHUNK];
        self.file
            .seek(SeekFrom::Start(0))
            .map_err(|error| self.refused("read", error))?;
        loop {
            run.cancel.check()?;
            let count = match self.file.read(&mut buffer) {
                Ok(0) => return Ok(()),
                Ok(count) => count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(self.refused("read", error)),
            };
            self.promised
                .take(buffer.get(..count).unwrap_or_default())?;
        }
    }

    fn refused(&self, action: &'static str, error: io::Error) -> StoreError {
        let needed = self.promised.left();
        self.folder.refused(action, &self.name, needed, error)
    }
}

write_by_take!(PartWriter<'_>);
