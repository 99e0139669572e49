//! An output that another thread writes to, while the next bytes are made.

use std::fmt;
use std::io::{self, Write};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::{Scope, ScopedJoinHandle};

/// Bytes that are handed over at once. Each handing over may cost the wait for a busy core.
const BUFFER: usize = 256 * 1024;
/// Buffers under way; with [`BUFFER`] all the memory that this takes.
const BUFFERS: usize = 16;

/// Takes bytes, and has them written behind the writer's back, in order.
///
/// What goes wrong is told by a later write or by [`finish`](Self::finish), without which nobody
/// knows whether everything arrived.
pub struct Behind<'scope, W> {
    filled: Option<SyncSender<Vec<u8>>>,
    /// What was written and not handed over yet.
    gathered: Vec<u8>,
    emptied: Receiver<Vec<u8>>,
    worker: Option<ScopedJoinHandle<'scope, io::Result<W>>>,
}

impl<'scope, W: Write + Send + 'scope> Behind<'scope, W> {
    /// Starts the thread that writes to `out`.
    pub fn new<'env>(scope: &'scope Scope<'scope, 'env>, out: W) -> Self {
        let (filled, incoming) = sync_channel(BUFFERS);
        let (give_back, emptied) = sync_channel(BUFFERS);
        let worker = scope.spawn(move || write_all(out, &incoming, &give_back));
        Self {
            filled: Some(filled),
            gathered: Vec::with_capacity(BUFFER),
            emptied,
            worker: Some(worker),
        }
    }

    /// Waits until all is written and flushed; returns the output.
    pub fn finish(mut self) -> io::Result<W> {
        if !self.gathered.is_empty() {
            self.hand_over()?;
        }
        self.end()
    }

    fn hand_over(&mut self) -> io::Result<()> {
        let mut next = self.emptied.try_recv().unwrap_or_default();
        next.clear();
        let gathered = std::mem::replace(&mut self.gathered, next);
        match self.filled.as_ref().map(|filled| filled.send(gathered)) {
            Some(Ok(())) => Ok(()),
            // The thread has ended, and it ends early only with an error.
            Some(Err(_)) | None => match self.end() {
                Err(error) => Err(error),
                Ok(_) => Err(io::Error::other("the output ended early")),
            },
        }
    }

    fn end(&mut self) -> io::Result<W> {
        drop(self.filled.take());
        match self.worker.take().map(ScopedJoinHandle::join) {
            Some(Ok(result)) => result,
            Some(Err(panic)) => std::panic::resume_unwind(panic),
            None => Err(io::Error::other("the output has failed before")),
        }
    }
}

impl<'scope, W: Write + Send + 'scope> Write for Behind<'scope, W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.gathered.extend_from_slice(bytes);
        if self.gathered.len() >= BUFFER {
            self.hand_over()?;
        }
        Ok(bytes.len())
    }

    /// Does nothing: [`finish`](Self::finish) flushes.
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn write_all<W: Write>(
    mut out: W,
    incoming: &Receiver<Vec<u8>>,
    give_back: &SyncSender<Vec<u8>>,
) -> io::Result<W> {
    for buffer in incoming {
        out.write_all(&buffer)?;
        // The other side may have ended already.
        drop(give_back.try_send(buffer));
    }
    out.flush()?;
    Ok(out)
}

impl<W> fmt::Debug for Behind<'_, W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Behind").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::thread;

    /// Takes so many bytes and no more.
    struct Small(Vec<u8>, usize);

    impl Write for Small {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            if self.0.len() + bytes.len() > self.1 {
                return Err(io::ErrorKind::StorageFull.into());
            }
            self.0.extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn everything_arrives_in_order() {
        let pieces: Vec<Vec<u8>> = (0..100_u8).map(|n| vec![n; usize::from(n) * 500]).collect();
        assert!(pieces.concat().len() > 2 * BUFFER);
        let written = thread::scope(|scope| {
            let mut behind = Behind::new(scope, Vec::new());
            for piece in &pieces {
                behind.write_all(piece).unwrap();
            }
            behind.finish().unwrap()
        });
        assert_eq!(written, pieces.concat());
    }

    #[test]
    fn a_failure_is_told_in_its_own_words() {
        for (piece, pieces) in [(10, 1000), (11, 1), (BUFFER, 1000)] {
            let error = thread::scope(|scope| {
                let mut behind = Behind::new(scope, Small(Vec::new(), 10));
                let written = (0..pieces).try_for_each(|_| behind.write_all(&vec![0; piece]));
                written
                    .and_then(|()| behind.finish().map(drop))
                    .unwrap_err()
            });
            assert_eq!(error.kind(), io::ErrorKind::StorageFull);
        }
    }
}
