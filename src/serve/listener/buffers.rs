//! Memory for blobs on their way: large pieces while there are few readers, small ones beyond.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use hyper::body::Bytes;

/// Length of a large piece, in bytes: fits the second-level cache, amortises a thread's wake-up.
const LARGE: usize = 256 * 1024;
/// Most large pieces at a time: 16 MiB in all.
const MOST_LARGE: usize = 64;
/// Length of a small piece, in bytes: what every reader gets, however many there are.
pub(super) const SMALL: usize = 16 * 1024;

/// Most small pieces that are kept to be used again: 1 MiB in all.
const MOST_KEPT: usize = 64;

/// Hands out pieces, and uses them again.
#[derive(Clone, Debug, Default)]
pub(super) struct Buffers(Arc<Mutex<Pool>>);

#[derive(Debug, Default)]
struct Pool {
    free: Vec<Box<[u8]>>,
    made: usize,
    small: Vec<Box<[u8]>>,
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
        self.take_large(wanted).unwrap_or_else(|| {
            let kept = self.pool().small.pop();
            let memory = kept.unwrap_or_else(|| vec![0; SMALL].into_boxed_slice());
            self.piece(memory, wanted)
        })
    }

    /// Returns a large piece of at most `wanted` bytes, if that is worth it and one is left.
    pub(super) fn take_large(&self, wanted: usize) -> Option<Piece> {
        let memory = if wanted > SMALL {
            self.pool().take_large()?
        } else {
            return None;
        };
        Some(self.piece(memory, wanted))
    }

    fn piece(&self, memory: Box<[u8]>, wanted: usize) -> Piece {
        let filled = wanted.min(memory.len());
        let buffers = self.clone();
        Piece {
            memory,
            filled,
            buffers,
        }
    }

    fn pool(&self) -> MutexGuard<'_, Pool> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Pool {
    fn take_large(&mut self) -> Option<Box<[u8]>> {
        if let Some(memory) = self.free.pop() {
            return Some(memory);
        }
        if self.made >= MOST_LARGE {
            return None;
        }
        self.made = self.made.saturating_add(1);
        Some(vec![0; LARGE].into_boxed_slice())
    }
}

impl Piece {
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
        let memory = std::mem::take(&mut self.memory);
        let mut pool = self.buffers.pool();
        if memory.len() == LARGE {
            pool.free.push(memory);
        } else if pool.small.len() < MOST_KEPT {
            pool.small.push(memory);
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
    fn small_pieces_are_used_again_and_few_are_kept() {
        let buffers = Buffers::default();
        let taken: Vec<Bytes> = (0..=MOST_KEPT)
            .map(|_| buffers.take(SMALL).into_bytes())
            .collect();
        let first = taken[0].as_ptr();
        drop(taken);
        assert_eq!(buffers.pool().small.len(), MOST_KEPT);
        let again: Vec<Bytes> = (0..MOST_KEPT)
            .map(|_| buffers.take(1).into_bytes())
            .collect();
        assert!(again.iter().any(|bytes| bytes.as_ptr() == first));
    }

    #[test]
    fn a_piece_is_no_longer_than_what_is_left() {
        let buffers = Buffers::default();
        for wanted in [0, 1, 16 * 1024, 16 * 1024 + 1, 256 * 1024] {
            assert_eq!(buffers.take_large(wanted).is_some(), wanted > SMALL);
            assert_eq!(buffers.take(wanted).into_bytes().len(), wanted);
        }
    }
}
