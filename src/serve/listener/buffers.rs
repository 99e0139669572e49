//! Memory for blobs on their way: large pieces while there are few readers, small ones beyond.

use std::sync::{Arc, Mutex, PoisonError};

use hyper::body::Bytes;

/// Length of a large piece, in bytes: fits the second-level cache, amortises a thread's wake-up.
const LARGE: usize = 256 * 1024;
/// Most large pieces at a time: 16 MiB in all.
const MOST_LARGE: usize = 64;
/// Length of a small piece, in bytes: what every reader gets, however many there are.
pub(super) const SMALL: usize = 16 * 1024;

/// Hands out pieces; large ones are kept and used again.
#[derive(Clone, Debug, Default)]
pub(super) struct Buffers(Arc<Mutex<Pool>>);

#[derive(Debug, Default)]
struct Pool {
    free: Vec<Box<[u8]>>,
    made: usize,
}

/// Memory to read into.
#[derive(Debug)]
pub(super) struct Piece {
    memory: Box<[u8]>,
    filled: usize,
    buffers: Buffers,
}

impl Buffers {
    /// Returns a piece of at most `wanted` bytes; never waits.
    pub(super) fn take(&self, wanted: usize) -> Piece {
        let memory = Some(())
            .filter(|()| wanted > SMALL)
            .and_then(|()| self.take_large())
            .unwrap_or_else(|| vec![0; wanted.min(SMALL)].into_boxed_slice());
        let filled = wanted.min(memory.len());
        Piece {
            memory,
            filled,
            buffers: self.clone(),
        }
    }

    fn take_large(&self) -> Option<Box<[u8]>> {
        let mut pool = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(memory) = pool.free.pop() {
            return Some(memory);
        }
        if pool.made >= MOST_LARGE {
            return None;
        }
        pool.made = pool.made.saturating_add(1);
        Some(vec![0; LARGE].into_boxed_slice())
    }
}

impl Piece {
    /// Tells whether it is one of the few large ones.
    pub(super) fn is_large(&self) -> bool {
        self.memory.len() == LARGE
    }

    /// Returns the memory to fill, whole.
    pub(super) fn memory(&mut self) -> &mut [u8] {
        self.memory.get_mut(..self.filled).unwrap_or_default()
    }

    /// Turns the filled piece into bytes to send; the memory comes back when they are sent.
    pub(super) fn into_bytes(self) -> Bytes {
        Bytes::from_owner(self)
    }
}

impl AsRef<[u8]> for Piece {
    fn as_ref(&self) -> &[u8] {
        self.memory.get(..self.filled).unwrap_or_default()
    }
}

impl Drop for Piece {
    fn drop(&mut self) {
        if self.is_large() {
            let memory = std::mem::take(&mut self.memory);
            let mut pool = self
                .buffers
                .0
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            pool.free.push(memory);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn large_pieces_are_few_and_come_back() {
        let buffers = Buffers::default();
        let taken: Vec<Bytes> = (0..MOST_LARGE)
            .map(|_| buffers.take(usize::MAX).into_bytes())
            .collect();
        assert!(taken.iter().all(|bytes| bytes.len() == LARGE));
        assert_eq!(buffers.take(usize::MAX).into_bytes().len(), SMALL);
        drop(taken);
        assert_eq!(buffers.take(usize::MAX).into_bytes().len(), LARGE);
        assert_eq!(buffers.0.lock().unwrap().made, MOST_LARGE);
    }

    #[test]
    fn a_piece_is_no_longer_than_what_is_left() {
        let buffers = Buffers::default();
        for wanted in [0, 1, 16 * 1024, 16 * 1024 + 1, 256 * 1024] {
            let piece = buffers.take(wanted);
            assert_eq!(piece.is_large(), wanted > SMALL);
            assert_eq!(piece.into_bytes().len(), wanted);
        }
    }
}
