//! Zstandard as entries use it: one frame, no dictionary, a small window (section 6.5).

use std::fmt;
use std::io::{self, BufRead as _, BufReader, Read, Write};

use zstd::stream::{read, write};

use super::error::part_name;
use super::{EntryReader, TransferError};
use crate::oci::VerifyingReader;
use crate::wire::Carried;

/// Largest window, as a power of two: 2 MiB.
const WINDOW_LOG: u32 = 21;
/// How hard to try. Entries are compressed once, on their way into the cache.
const LEVEL: i32 = 6;

/// Compresses what is written to it into one frame that [`ContentReader`] takes.
///
/// The same bytes give the same frame.
pub fn zstd_encoder<W: Write>(out: W) -> io::Result<write::Encoder<'static, W>> {
    let mut encoder = write::Encoder::new(out, LEVEL)?;
    encoder.window_log(WINDOW_LOG)?;
    encoder.include_checksum(false)?;
    Ok(encoder)
}

/// Reads a blob, decoded where it was encoded, and never more than its size.
pub struct ContentReader<'s> {
    inner: Inner<'s>,
    part: String,
    left: u64,
}

enum Inner<'s> {
    Raw(EntryReader<'s>),
    Zstd(Box<read::Decoder<'static, BufReader<VerifyingReader<EntryReader<'s>>>>>),
}

impl<'s> ContentReader<'s> {
    pub(super) fn new(entry: EntryReader<'s>) -> Result<Self, TransferError> {
        let part = part_name(entry.part());
        let carried = entry.carried();
        let inner = match carried {
            Carried::Raw(_) => Inner::Raw(entry),
            Carried::Zstd { payload, .. } => {
                let verified = VerifyingReader::new(entry, payload);
                let decoder = decoder(verified).map_err(|error| TransferError::BadEncoding {
                    part: part.clone(),
                    why: error.to_string(),
                })?;
                Inner::Zstd(Box::new(decoder))
            }
        };
        Ok(Self {
            inner,
            part,
            left: carried.content().size,
        })
    }

    /// Fails unless the frame, and with it the payload, ends where the content does.
    fn end(&mut self) -> io::Result<()> {
        if let Inner::Zstd(decoder) = &mut self.inner {
            decoder.finish_frame()?;
            // Reading on to the end also verifies the digest of the payload.
            if !decoder.get_mut().fill_buf()?.is_empty() {
                return Err(self.bad("something follows its frame"));
            }
        }
        if self.left > 0 {
            return Err(self.bad("decodes to less than its size"));
        }
        Ok(())
    }

    fn bad(&self, why: &str) -> io::Error {
        TransferError::BadEncoding {
            part: self.part.clone(),
            why: why.to_owned(),
        }
        .into()
    }

    /// Sorts what the decoder said: a failure below it, or a broken frame.
    fn explain(&self, error: io::Error) -> io::Error {
        let below = error.get_ref().is_some() && error.kind() == io::ErrorKind::InvalidData;
        if below || error.raw_os_error().is_some() {
            error
        } else {
            self.bad(&error.to_string())
        }
    }
}

fn decoder<R: Read>(payload: R) -> io::Result<read::Decoder<'static, BufReader<R>>> {
    let mut decoder = read::Decoder::new(payload)?.single_frame();
    decoder.window_log_max(WINDOW_LOG)?;
    Ok(decoder)
}

impl Read for ContentReader<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = match &mut self.inner {
            Inner::Raw(entry) => return entry.read(buffer),
            Inner::Zstd(decoder) => decoder.read(buffer),
        }
        .map_err(|error| self.explain(error))?;
        if count == 0 && !buffer.is_empty() {
            self.end().map_err(|error| self.explain(error))?;
            return Ok(0);
        }
        self.left = self
            .left
            .checked_sub(count as u64)
            .ok_or_else(|| self.bad("decodes to more than its size"))?;
        Ok(count)
    }
}

impl fmt::Debug for ContentReader<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ContentReader")
            .field("part", &self.part)
            .field("left", &self.left)
            .finish_non_exhaustive()
    }
}
