//! One of several positions in the same sealed file.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::os::unix::fs::FileExt as _;
use std::sync::Arc;

/// Reads a file with a position of its own; the head comes from memory.
///
/// The length is the one that the file had when it was opened.
#[derive(Clone)]
pub(super) struct FileHandle {
    pub(super) file: Arc<File>,
    pub(super) head: Arc<[u8]>,
    pub(super) size: u64,
    pub(super) position: u64,
}

impl Read for FileHandle {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let in_head = usize::try_from(self.position)
            .ok()
            .and_then(|position| self.head.get(position..))
            .filter(|rest| !rest.is_empty());
        let count = if let Some(mut rest) = in_head {
            rest.read(buffer)?
        } else {
            let left = self.size.saturating_sub(self.position);
            let window = buffer
                .len()
                .min(usize::try_from(left).unwrap_or(usize::MAX));
            let window = buffer.get_mut(..window).unwrap_or_default();
            self.file.read_at(window, self.position)?
        };
        self.position += count as u64;
        Ok(count)
    }
}

impl Seek for FileHandle {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let position = match to {
            SeekFrom::Start(position) => Some(position),
            SeekFrom::End(offset) => self.size.checked_add_signed(offset),
            SeekFrom::Current(offset) => self.position.checked_add_signed(offset),
        };
        self.position = position.ok_or_else(|| {
            io::Error::new(io::ErrorKind::InvalidInput, "a position before the file")
        })?;
        Ok(self.position)
    }
}
