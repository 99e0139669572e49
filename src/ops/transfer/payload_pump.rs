//! Reads and hashes payloads on one thread while another seals: each takes about as long.

use std::io::{self, Read};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

use super::TransferError;
use super::writing::OpenPayload;
use crate::diagnostic::Failure;
use crate::oci::{VerifyError, VerifyingReader};
use crate::wire::{Carried, Layout};

/// Bytes of a buffer.
const BUFFER: usize = 256 * 1024;
/// Buffers under way; with [`BUFFER`] all the memory that this takes.
const BUFFERS: usize = 16;

/// What the sealing side is given, in order.
pub(super) enum Piece<'b> {
    /// A part begins.
    Begin(usize),
    /// Its next bytes.
    Bytes(&'b [u8]),
}

/// What goes from thread to thread.
enum Message {
    Begin(usize),
    Bytes(Vec<u8>),
    Failed(Failure),
}

/// The reading side has nobody to give to: the sealing side has failed, and tells why.
struct Gone;

/// Gives all entries to `take`, verified; the first failure of either side ends it.
pub(super) fn pump(
    layout: &Layout,
    entries: &[Carried],
    open: &mut OpenPayload<'_>,
    mut take: impl FnMut(Piece<'_>) -> Result<(), Failure>,
) -> Result<(), Failure> {
    thread::scope(|scope| {
        let (filled, incoming) = sync_channel(BUFFERS);
        let (emptied, empty) = sync_channel(BUFFERS);
        scope.spawn(move || {
            for (index, carried) in entries.iter().enumerate() {
                let source = Source {
                    layout,
                    part: Layout::FIRST_ENTRY.saturating_add(index),
                    carried,
                };
                let passed = open(index)
                    .map_err(Message::Failed)
                    .and_then(|payload| source.pass(payload, &filled, &empty));
                match passed {
                    Ok(Ok(())) => {}
                    Ok(Err(Gone)) => return,
                    Err(failed) => {
                        // Where nobody listens any more, the other side has failed first.
                        drop(filled.send(failed));
                        return;
                    }
                }
            }
        });
        for message in incoming {
            match message {
                Message::Begin(part) => take(Piece::Begin(part))?,
                Message::Bytes(buffer) => {
                    take(Piece::Bytes(&buffer))?;
                    // The reading side may have ended already.
                    drop(emptied.try_send(buffer));
                }
                Message::Failed(failure) => return Err(failure),
            }
        }
        Ok(())
    })
}

/// One entry, as the reading side sees it.
struct Source<'a> {
    layout: &'a Layout,
    part: usize,
    carried: &'a Carried,
}

impl Source<'_> {
    /// Passes on one payload, verified to its end.
    fn pass(
        &self,
        payload: Box<dyn Read>,
        filled: &SyncSender<Message>,
        empty: &Receiver<Vec<u8>>,
    ) -> Result<Result<(), Gone>, Message> {
        let mut verified = VerifyingReader::new(payload, self.carried.payload());
        if filled.send(Message::Begin(self.part)).is_err() {
            return Ok(Err(Gone));
        }
        loop {
            let mut buffer = empty.try_recv().unwrap_or_default();
            buffer.resize(BUFFER, 0);
            let count = fill(&mut verified, &mut buffer)
                .map_err(|error| Message::Failed(self.failed(error).into()))?;
            buffer.truncate(count);
            let last = count < BUFFER;
            if filled.send(Message::Bytes(buffer)).is_err() {
                return Ok(Err(Gone));
            }
            if last {
                return Ok(Ok(()));
            }
        }
    }

    fn failed(&self, error: io::Error) -> TransferError {
        let part = self
            .layout
            .part(self.part)
            .map(|part| part.to_string())
            .unwrap_or_default();
        match VerifyError::within(&error) {
            Some(differs) => TransferError::PayloadDiffers {
                part,
                cause: differs.clone(),
            },
            None => TransferError::PayloadUnreadable { part, cause: error },
        }
    }
}

/// Fills the buffer, or reads to the end, which verifies the payload.
fn fill(reader: &mut impl Read, buffer: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while let Some(rest) = buffer.get_mut(filled..).filter(|rest| !rest.is_empty()) {
        match reader.read(rest) {
            Ok(0) => break,
            Ok(count) => filled += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}
