//! The bytes of one entry.

use std::fmt;
use std::io::{self, Read};
use std::ops::RangeInclusive;

use super::encoding::ContentReader;
use super::payload::PayloadReader;
use super::{Opened, TransferError};
use crate::wire::{Carried, Layout, Part};

/// Reads the bytes of one entry as they are carried. They are not verified against its digest:
/// whoever takes them does that, in the same pass in which they are stored.
pub struct EntryReader<'s> {
    opened: &'s Opened,
    reader: &'s mut PayloadReader,
    left: &'s mut u64,
    index: usize,
    carried: Carried,
}

impl<'s> EntryReader<'s> {
    pub(super) fn new(
        opened: &'s Opened,
        reader: &'s mut PayloadReader,
        left: &'s mut u64,
        index: usize,
        carried: Carried,
    ) -> Self {
        Self {
            opened,
            reader,
            left,
            index,
            carried,
        }
    }

    /// Returns the place in [`Opened::entries`].
    pub fn index(&self) -> usize {
        self.index
    }

    /// Returns what the entry is.
    pub fn carried(&self) -> Carried {
        self.carried
    }

    /// Reads the blob itself, decoded where it was encoded.
    ///
    /// The bytes must be verified against [`Carried::content`]; a payload that was encoded is
    /// verified here as well.
    pub fn content(self) -> Result<ContentReader<'s>, TransferError> {
        ContentReader::new(self)
    }

    /// Names the volumes that hold the entry, from 1; none where there is only one file.
    pub fn volumes(&self) -> Option<RangeInclusive<u32>> {
        self.opened
            .volumes_of(Layout::FIRST_ENTRY.saturating_add(self.index))
    }

    pub(super) fn part(&self) -> Option<Part> {
        self.opened
            .layout()
            .part(Layout::FIRST_ENTRY.saturating_add(self.index))
    }
}

impl Read for EntryReader<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let window = buffer
            .len()
            .min(usize::try_from(*self.left).unwrap_or(usize::MAX));
        let count = self
            .reader
            .read(buffer.get_mut(..window).unwrap_or_default())?;
        *self.left = self.left.saturating_sub(count as u64);
        if *self.left == 0 {
            self.opened
                .mark(Layout::FIRST_ENTRY.saturating_add(self.index));
        }
        Ok(count)
    }
}

impl fmt::Debug for EntryReader<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EntryReader")
            .field("index", &self.index)
            .field("left", &self.left)
            .finish_non_exhaustive()
    }
}
