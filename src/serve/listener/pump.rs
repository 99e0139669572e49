//! A blob, read piece by piece while it is sent.

use std::io;
use std::ops::Range;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use hyper::body::Bytes;
use tokio::task::{JoinHandle, spawn_blocking};

use super::buffers::{Buffers, Piece, SMALL};
use crate::oci::ReadAt;

/// Reads one piece ahead of what is being sent, on the runtime's bounded pool for blocking work.
pub(super) struct Pump {
    reader: Arc<dyn ReadAt>,
    size: u64,
    left: Range<u64>,
    buffers: Buffers,
    ahead: Ahead,
}

enum Ahead {
    Nothing,
    Reading(JoinHandle<io::Result<Bytes>>),
    Read(Bytes),
}

impl Pump {
    /// Starts with the first piece, read at once: call it where waiting is allowed.
    pub(super) fn start(
        reader: Box<dyn ReadAt>,
        range: Range<u64>,
        buffers: Buffers,
    ) -> io::Result<Self> {
        let mut pump = Self {
            reader: Arc::from(reader),
            size: range.end.saturating_sub(range.start),
            left: range,
            buffers,
            ahead: Ahead::Nothing,
        };
        if !pump.left.is_empty() {
            // A small one, so that the head does not wait for a large one to be read.
            let mut piece = pump.buffers.take(pump.most(SMALL));
            let offset = pump.advance(&mut piece);
            pump.ahead = Ahead::Read(fill(&*pump.reader, piece, offset)?);
        }
        Ok(pump)
    }

    /// Returns how many bytes all pieces have together.
    pub(super) fn size(&self) -> u64 {
        self.size
    }

    /// Gives the next piece; none at the end.
    pub(super) fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Option<io::Result<Bytes>>> {
        let bytes = match &mut self.ahead {
            Ahead::Nothing if self.left.is_empty() => return Poll::Ready(None),
            Ahead::Nothing => {
                self.read_ahead(Patience::Now);
                return self.poll_next(cx);
            }
            Ahead::Read(bytes) => Ok(std::mem::take(bytes)),
            Ahead::Reading(job) => {
                ready!(Pin::new(job).poll(cx)).unwrap_or_else(|error| Err(io::Error::other(error)))
            }
        };
        self.ahead = Ahead::Nothing;
        match &bytes {
            Ok(_) => self.read_ahead(Patience::IfLarge),
            Err(_) => self.left = 0..0,
        }
        Poll::Ready(Some(bytes))
    }

    fn read_ahead(&mut self, patience: Patience) {
        if self.left.is_empty() {
            return;
        }
        // Many readers: each holds only what it is sending.
        let piece = match patience {
            Patience::Now => Some(self.buffers.take(self.most(usize::MAX))),
            Patience::IfLarge => self.buffers.take_large(self.most(usize::MAX)),
        };
        let Some(mut piece) = piece else { return };
        let offset = self.advance(&mut piece);
        let reader = Arc::clone(&self.reader);
        self.ahead = Ahead::Reading(spawn_blocking(move || fill(&*reader, piece, offset)));
    }

    /// Returns how many bytes are left, `most` at most.
    fn most(&self, most: usize) -> usize {
        let left = self.left.end.saturating_sub(self.left.start);
        usize::try_from(left).unwrap_or(usize::MAX).min(most)
    }

    /// Returns where the bytes of a piece begin, and goes on behind them.
    fn advance(&mut self, piece: &mut Piece) -> u64 {
        let offset = self.left.start;
        let length = u64::try_from(piece.memory().len()).unwrap_or(u64::MAX);
        self.left.start = offset.saturating_add(length);
        offset
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Patience {
    /// The piece is waited for.
    Now,
    /// The piece is only worth reading while large ones are left.
    IfLarge,
}

/// Fills a piece whole: a blob that ends early is an error, for its length has been promised.
fn fill(reader: &dyn ReadAt, mut piece: Piece, offset: u64) -> io::Result<Bytes> {
    let mut at = offset;
    let mut rest = piece.memory();
    while !rest.is_empty() {
        let count = match reader.read_at(rest, at) {
            Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
            Ok(count) => count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        at = at.saturating_add(u64::try_from(count).unwrap_or(u64::MAX));
        rest = rest.get_mut(count..).unwrap_or_default();
    }
    Ok(piece.into_bytes())
}

impl std::fmt::Debug for Pump {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Pump")
            .field("left", &self.left)
            .finish_non_exhaustive()
    }
}
