//! A payload that may lie in several sealed files, as one sequence of bytes.

use std::fmt;
use std::io::{self, Read};
use std::ops::RangeInclusive;
use std::sync::Arc;

use super::TransferError;
use super::volumes::{Volume, within};
use crate::seal::{AuthenticLength, PlainReader, SealedFile};

/// A payload whose every length is proved.
#[derive(Clone, Debug)]
pub(super) struct Payload(Arc<Inner>);

struct Inner {
    files: Vec<Proved>,
    /// Bytes of each file but the last.
    volume_payload: u64,
}

struct Proved {
    number: u32,
    name: String,
    sealed: SealedFile,
    length: AuthenticLength,
}

impl Payload {
    /// Takes the volumes in order.
    pub(super) fn of(volumes: Vec<Volume>, volume_payload: u64) -> Result<Self, TransferError> {
        let files = volumes.into_iter().map(|volume| {
            let length = volume.sealed.length()?;
            Ok(Proved {
                number: volume.number,
                name: volume.name,
                sealed: volume.sealed,
                length,
            })
        });
        Ok(Self(Arc::new(Inner {
            files: files.collect::<Result<_, TransferError>>()?,
            volume_payload,
        })))
    }

    /// Returns the length of all sealed files, in bytes.
    pub(super) fn sealed_bytes(&self) -> u64 {
        let sizes = self.0.files.iter().map(|file| file.sealed.size());
        sizes.fold(0, u64::saturating_add)
    }

    /// Returns how many files there are.
    pub(super) fn files(&self) -> usize {
        self.0.files.len()
    }

    /// Names the volumes that hold some bytes, from 1; none where there is only one file.
    pub(super) fn volumes_of(&self, start: u64, size: u64) -> Option<RangeInclusive<u32>> {
        let number = |offset: u64| {
            let place = offset / self.0.volume_payload;
            u32::try_from(place).ok()?.checked_add(1)
        };
        let last = start.saturating_add(size.saturating_sub(1));
        (self.files() > 1).then_some(number(start)?..=number(last)?)
    }

    /// Reads from an offset on.
    pub(super) fn reader_at(&self, offset: u64) -> Result<PayloadReader, TransferError> {
        let last = self.files().saturating_sub(1);
        let file = usize::try_from(offset / self.0.volume_payload).unwrap_or(usize::MAX);
        let file = file.min(last);
        let before = self.0.volume_payload.saturating_mul(file as u64);
        Ok(PayloadReader {
            reader: self.open(file, offset.saturating_sub(before))?,
            payload: self.clone(),
            file,
        })
    }

    fn open(&self, file: usize, offset: u64) -> Result<Option<PlainReader>, TransferError> {
        let Some(proved) = self.0.files.get(file) else {
            return Ok(None);
        };
        match proved.sealed.reader_at(proved.length, offset) {
            Ok(reader) => Ok(Some(reader)),
            Err(error) => Err(self.within(file, error.into())),
        }
    }

    fn within(&self, file: usize, error: TransferError) -> TransferError {
        let alone = self.files() == 1;
        match self.0.files.get(file) {
            Some(proved) => within(alone, proved.number, &proved.name, error),
            None => error,
        }
    }
}

/// Reads a payload from some place on, from file to file, up to its proved end.
pub(super) struct PayloadReader {
    payload: Payload,
    file: usize,
    /// None behind the last file.
    reader: Option<PlainReader>,
}

impl Read for PayloadReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while let Some(reader) = &mut self.reader {
            let count = reader.read(buffer).map_err(|error| {
                let error = TransferError::reading(error);
                self.payload.within(self.file, error)
            })?;
            if count > 0 || buffer.is_empty() {
                return Ok(count);
            }
            self.file = self.file.saturating_add(1);
            self.reader = self.payload.open(self.file, 0)?;
        }
        Ok(0)
    }
}

impl fmt::Debug for PayloadReader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PayloadReader")
            .field("file", &self.file)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Inner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Inner")
            .field("files", &self.files.len())
            .finish_non_exhaustive()
    }
}
