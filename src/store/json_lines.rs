//! Logs of one JSON object a line: appended and synced, a torn end cut.

use std::io;
use std::os::fd::AsFd as _;
use std::path::PathBuf;

use super::StoreError;
use super::disk::Disk;
use super::folder::Folder;
use super::lines::{Line, read_lines};
use super::marks::Entry;

/// Longest line, in bytes: a held image of 64 platforms with 512 layers each fits.
const LINE_BYTES: u64 = 16 << 20;

/// A log.
#[derive(Clone, Copy, Debug)]
pub(super) struct JsonLines<'a> {
    pub(super) folder: &'a Folder,
    pub(super) name: &'static str,
    pub(super) mode: u32,
}

/// How a log ends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct End {
    /// Length of the whole lines, in bytes.
    pub(super) whole: u64,
    /// Bytes after them: what an append that was cut left.
    pub(super) torn: u64,
}

impl JsonLines<'_> {
    /// Returns the path, for messages.
    pub(super) fn path(&self) -> PathBuf {
        self.folder.path().join(self.name)
    }

    /// Calls `each` with number and text of every whole line.
    ///
    /// A last line without newline, or one that is not JSON, is torn: a power loss may leave a line
    /// whose beginning never reached the disk.
    pub(super) fn read(
        &self,
        mut each: impl FnMut(u64, &str) -> Result<(), StoreError>,
    ) -> Result<End, StoreError> {
        let Some(file) = self.folder.open_file(self.name)? else {
            return Err(StoreError::broken(&self.path(), "it is missing"));
        };
        let mut end = End::default();
        let mut number = 0;
        // Whether a line is the last one shows only after it.
        let mut held_back: Option<Vec<u8>> = None;
        let mut failure = None;
        read_lines(file, LINE_BYTES, |line| -> io::Result<()> {
            let step = match line {
                _ if failure.is_some() => return Ok(()),
                Line::Whole(bytes) => {
                    let before = held_back.replace(bytes.to_owned());
                    before.map(|line| self.take(&line, &mut number, &mut end, &mut each))
                }
                Line::Torn(bytes) => {
                    end.torn += bytes.len() as u64;
                    None
                }
                Line::TooLong => Some(Err(StoreError::broken(&self.path(), "a line has no end"))),
            };
            if let Some(Err(error)) = step {
                failure = Some(error);
            }
            Ok(())
        })
        .map_err(|error| StoreError::io("read", &self.path(), error))?;
        if let Some(error) = failure {
            return Err(error);
        }
        match held_back {
            Some(line) if end.torn > 0 || is_json(&line) => {
                self.take(&line, &mut number, &mut end, &mut each)?;
            }
            Some(line) => end.torn += line.len() as u64 + 1,
            None => {}
        }
        Ok(end)
    }

    fn take(
        &self,
        line: &[u8],
        number: &mut u64,
        end: &mut End,
        each: &mut impl FnMut(u64, &str) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        let text = std::str::from_utf8(line)
            .map_err(|_| StoreError::broken(&self.path(), "a line is not UTF-8"))?;
        *number += 1;
        end.whole += line.len() as u64 + 1;
        each(*number, text)
    }

    /// Appends a line and syncs; what cannot be written whole is taken back.
    pub(super) fn append(&self, disk: &dyn Disk, line: &str) -> Result<(), StoreError> {
        let file = self.folder.append_file(self.name, self.mode)?;
        let before = Entry::of_open(&file).map_or(None, Entry::file);
        let bytes = format!("{line}\n");
        let needed = bytes.len() as u64;
        let written = disk
            .write(&file, bytes.as_bytes())
            .and_then(|()| disk.sync(file.as_fd()));
        written.map_err(|error| {
            if let Some(before) = before {
                // If even this fails, the next writer cuts the line.
                disk.truncate(&file, before.size).unwrap_or_default();
            }
            self.folder.refused("write", self.name, needed, error)
        })
    }

    /// Cuts off a torn end; returns how many bytes it had.
    pub(super) fn cut(&self, disk: &dyn Disk) -> Result<u64, StoreError> {
        let end = self.read(|_, _| Ok(()))?;
        if end.torn == 0 {
            return Ok(0);
        }
        let file = self.folder.append_file(self.name, self.mode)?;
        disk.truncate(&file, end.whole)
            .and_then(|()| disk.sync(file.as_fd()))
            .map_err(|error| self.folder.refused("cut", self.name, 0, error))?;
        Ok(end.torn)
    }
}

fn is_json(line: &[u8]) -> bool {
    serde_json::from_slice::<serde::de::IgnoredAny>(line).is_ok()
}
