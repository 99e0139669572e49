//! Blobs that are whole and verified, and not yet visible: made so in one batch.

use std::collections::BTreeSet;
use std::os::fd::AsFd as _;
use std::sync::atomic::Ordering;

use lock_format::{Algorithm, Blob, Digest};

use super::folder::FILE_MODE;
use super::moves::{discard, rename, sync_folder};
use super::records::{self, Records};
use super::{StoreError, Writer};

/// A verified file in `tmp/`.
#[derive(Debug)]
pub(super) struct Staged {
    /// Its name there.
    pub(super) temp: String,
    /// The blob it is.
    pub(super) blob: Blob,
}

impl Writer<'_> {
    /// Makes all finished blobs visible and durable: one sync for the batch, then the renames.
    ///
    /// A damaged blob of that name is replaced. On failure the blobs that are not visible yet are
    /// dropped; running the same work again writes them again.
    pub fn commit_blobs(&self) -> Result<(), StoreError> {
        let staged = self.take_staged();
        if staged.is_empty() {
            return Ok(());
        }
        let result = self.commit(&staged);
        if result.is_err() {
            // Those already renamed are not there any more.
            for Staged { temp, .. } in &staged {
                discard(self.disk(), (&self.tmp, temp));
            }
        }
        result
    }

    fn commit(&self, staged: &[Staged]) -> Result<(), StoreError> {
        let needed = staged.iter().map(|staged| staged.blob.size).sum();
        let disk = self.disk();
        let blobs = &self.layout.blobs;
        disk.sync_all(self.tmp.as_fd())
            .map_err(|error| self.tmp.refused("sync", "", needed, error))?;
        for Staged { temp, blob } in staged {
            let (folder, name) = blobs.place(&blob.digest);
            rename(disk, (&self.tmp, temp), (folder, &name), true)?;
        }
        let digests = || staged.iter().map(|staged| &staged.blob.digest);
        let algorithms: BTreeSet<Algorithm> = digests().map(Digest::algorithm).collect();
        for algorithm in algorithms {
            sync_folder(disk, blobs.folder(algorithm))?;
        }
        let fresh = records::of(blobs, digests(), self.clock)?;
        let airlock = &self.layout.airlock;
        records::append(disk, airlock, &fresh)?;
        if self.layout.worn.swap(false, Ordering::Relaxed) {
            Records::load(airlock)?.rewrite(self.temp_file(FILE_MODE)?, airlock)?;
        }
        Ok(())
    }
}
