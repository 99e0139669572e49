//! A blob as those see it who serve or copy it.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt as _;

use crate::oci::ReadAt;

use super::StoreError;
use super::folder::Folder;
use super::marks::Entry;

/// An open blob.
#[derive(Debug)]
pub struct BlobFile {
    file: File,
    size: u64,
}

impl BlobFile {
    /// Opens a blob; none where the name stands for nothing, or for no regular file.
    pub(super) fn open(folder: &Folder, name: &str) -> Result<Option<Self>, StoreError> {
        let Some(file) = folder.open_file(name)? else {
            return Ok(None);
        };
        let marks = Entry::of_open(&file).map_or(None, Entry::file);
        Ok(marks.map(|marks| Self {
            file,
            size: marks.size,
        }))
    }

    /// Returns the file: for reading from the start, or for handing it to the kernel.
    pub fn into_file(self) -> File {
        self.file
    }
}

impl ReadAt for BlobFile {
    fn size(&self) -> u64 {
        self.size
    }

    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        self.file.read_at(buffer, offset)
    }
}
