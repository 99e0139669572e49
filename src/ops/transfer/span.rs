//! Some entries of an opened envelope, one after the other.

use std::io::{self, Read as _};
use std::ops::Range;

use super::payload::PayloadReader;
use super::{EntryReader, Opened, TransferError};
use crate::wire::Layout;

/// Some entries of an opened envelope, read one after the other; each thread has its own.
#[derive(Debug)]
pub struct Span<'o> {
    opened: &'o Opened,
    reader: PayloadReader,
    entries: Range<usize>,
    /// Bytes of the entry before that were not read.
    left: u64,
}

impl<'o> Span<'o> {
    pub(super) fn new(opened: &'o Opened, reader: PayloadReader, entries: Range<usize>) -> Self {
        Self {
            opened,
            reader,
            entries,
            left: 0,
        }
    }

    /// Goes to the next entry: compares the framing before it. None at the end of the span.
    ///
    /// What was left unread of the entry before is passed over, and
    /// [`Opened::finish`] will say that it was not read.
    pub fn next_entry(&mut self) -> Result<Option<EntryReader<'_>>, TransferError> {
        let mut rest = (&mut self.reader).take(self.left);
        io::copy(&mut rest, &mut io::sink()).map_err(TransferError::reading)?;
        self.left = 0;
        let opened = self.opened;
        let Some(index) = self.entries.next() else {
            if self.entries.end == opened.entries().len() {
                opened.compare_framing(&mut self.reader, opened.layout().parts())?;
                // Not again, when somebody asks again.
                self.entries.end = self.entries.end.saturating_add(1);
                self.entries.start = self.entries.end;
            }
            return Ok(None);
        };
        let part = Layout::FIRST_ENTRY.saturating_add(index);
        opened.compare_framing(&mut self.reader, part)?;
        let Some(carried) = opened.entries().get(index) else {
            return Ok(None);
        };
        self.left = carried.payload().size;
        if self.left == 0 {
            opened.mark(part);
        }
        Ok(Some(EntryReader::new(
            opened,
            &mut self.reader,
            &mut self.left,
            index,
            *carried,
        )))
    }
}
