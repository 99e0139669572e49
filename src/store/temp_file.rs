//! A file that has no final name yet.

use std::fs::File;
use std::os::fd::AsFd as _;

use super::StoreError;
use super::disk::Disk;
use super::folder::Folder;
use super::moves::{discard, rename, sync_folder};

/// A file under a temporary name; removed when dropped before it got its final one.
#[derive(Debug)]
pub(super) struct TempFile<'a> {
    disk: &'a dyn Disk,
    folder: &'a Folder,
    name: String,
    file: File,
    armed: bool,
}

impl<'a> TempFile<'a> {
    /// Makes the file.
    pub(super) fn create(
        disk: &'a dyn Disk,
        folder: &'a Folder,
        name: String,
        mode: u32,
    ) -> Result<Self, StoreError> {
        let file = folder.create_file(&name, mode)?;
        Ok(Self {
            disk,
            folder,
            name,
            file,
            armed: true,
        })
    }

    /// Returns the file, for reading and for writing at an offset.
    pub(super) fn file(&self) -> &File {
        &self.file
    }

    /// Writes at the end. `needed` is what is still to come, for the message of a full disk.
    pub(super) fn write(&self, bytes: &[u8], needed: u64) -> Result<(), StoreError> {
        self.disk
            .write(&self.file, bytes)
            .map_err(|error| self.folder.refused("write", &self.name, needed, error))
    }

    /// Syncs the file, gives it its final name, and syncs the folder of that name.
    pub(super) fn publish(
        mut self,
        to: &Folder,
        name: &str,
        replace: bool,
    ) -> Result<(), StoreError> {
        self.disk
            .sync(self.file.as_fd())
            .map_err(|error| self.folder.refused("sync", &self.name, 0, error))?;
        rename(self.disk, (self.folder, &self.name), (to, name), replace)?;
        self.armed = false;
        sync_folder(self.disk, to)
    }

    /// Ends the care for the file and returns its temporary name.
    pub(super) fn keep(mut self) -> String {
        self.armed = false;
        std::mem::take(&mut self.name)
    }

    /// Returns the temporary name.
    pub(super) fn name(&self) -> &str {
        &self.name
    }
}

impl Drop for TempFile<'_> {
    fn drop(&mut self) {
        if self.armed {
            discard(self.disk, (self.folder, &self.name));
        }
    }
}
