//! Reads what a sealed file holds.

use std::fmt;
use std::io::{self, BufReader, Read};

use age::stream::StreamReader;

use super::SealError;
use super::file_handle::FileHandle;

/// Reads what a sealed file holds, up to the proved end. Used no more after its first failure.
pub struct PlainReader {
    stream: Option<StreamReader<BufReader<FileHandle>>>,
    left: u64,
}

impl PlainReader {
    pub(super) fn new(stream: StreamReader<BufReader<FileHandle>>, left: u64) -> Self {
        Self {
            stream: Some(stream),
            left,
        }
    }
}

impl Read for PlainReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let window = buffer
            .len()
            .min(usize::try_from(self.left).unwrap_or(usize::MAX));
        let window = buffer.get_mut(..window).unwrap_or_default();
        if window.is_empty() {
            return Ok(0);
        }
        let stream = self.stream.as_mut().ok_or(SealError::Damaged)?;
        match stream.read(window) {
            Ok(count) => {
                self.left -= count as u64;
                Ok(count)
            }
            Err(error) => {
                // The state of age's reader after an error is not defined.
                self.stream = None;
                Err(SealError::from_age(error).into())
            }
        }
    }
}

impl fmt::Debug for PlainReader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PlainReader")
            .field("left", &self.left)
            .finish_non_exhaustive()
    }
}
