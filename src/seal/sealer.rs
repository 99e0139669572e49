//! Sealing with age, as a writer.

use std::fmt;
use std::io::{self, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use age::Encryptor;
use age::stream::StreamWriter;

use super::{Recipient, SealError};
use crate::run::limits;

/// Bytes of a chunk before and after sealing differ by the tag.
const CHUNK: u64 = 64 * 1024;
/// Bytes that authenticate a chunk.
const TAG: u64 = 16;

/// Returns the length of a sealed file whose header, nonce included, has `head` bytes.
pub fn sealed_size(head: u64, payload: u64) -> u64 {
    let chunks = payload.div_ceil(CHUNK).max(1);
    head.saturating_add(payload)
        .saturating_add(chunks.saturating_mul(TAG))
}

/// Seals what is written to it. Only [`finish`](Self::finish) makes the file whole.
pub struct Sealer<W: Write> {
    stream: StreamWriter<Held<W>>,
    head: u64,
}

impl<W: Write> Sealer<W> {
    /// Makes a new file key and the header. Nothing reaches `out` before the first chunk is full,
    /// so that the sealed size is known before the first byte is out.
    pub fn new(recipients: &[Recipient], out: W) -> Result<Self, SealError> {
        if !(1..=limits::RECIPIENTS).contains(&recipients.len()) {
            return Err(SealError::Recipients {
                found: recipients.len(),
            });
        }
        let encryptor = Encryptor::with_recipients(recipients.iter().map(Recipient::age))
            .map_err(|error| SealError::Sealing(error.to_string()))?;
        let state = Arc::new(HeldState::default());
        let stream = encryptor
            .wrap_output(Held {
                head: Vec::new(),
                state: Arc::clone(&state),
                out,
            })
            .map_err(|error| SealError::Sealing(error.to_string()))?;
        state.released.store(true, Ordering::Relaxed);
        let head = state.bytes.load(Ordering::Relaxed);
        Ok(Self { stream, head })
    }

    /// Returns the length of the sealed file for a payload of so many bytes.
    pub fn sealed_size(&self, payload: u64) -> u64 {
        sealed_size(self.head, payload)
    }

    /// Seals the last chunk and returns the output, flushed.
    pub fn finish(self) -> io::Result<W> {
        let mut held = self.stream.finish()?;
        held.flush()?;
        Ok(held.out)
    }
}

impl<W: Write> Write for Sealer<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.stream.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.stream.flush()
    }
}

impl<W: Write> fmt::Debug for Sealer<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sealer")
            .field("head", &self.head)
            .finish_non_exhaustive()
    }
}

/// Holds the header back until it is released; age gives no other way to learn its length.
struct Held<W> {
    head: Vec<u8>,
    state: Arc<HeldState>,
    out: W,
}

#[derive(Default)]
struct HeldState {
    released: AtomicBool,
    bytes: AtomicU64,
}

impl<W: Write> Held<W> {
    fn release(&mut self) -> io::Result<()> {
        if !self.head.is_empty() {
            self.out.write_all(&self.head)?;
            self.head.clear();
        }
        Ok(())
    }
}

impl<W: Write> Write for Held<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.state.released.load(Ordering::Relaxed) {
            self.release()?;
            self.out.write(bytes)
        } else {
            self.head.extend_from_slice(bytes);
            self.state
                .bytes
                .fetch_add(bytes.len() as u64, Ordering::Relaxed);
            Ok(bytes.len())
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.state.released.load(Ordering::Relaxed) {
            self.release()?;
            self.out.flush()
        } else {
            Ok(())
        }
    }
}
