//! A socket that waits long for a slow reader, and not for ever for a dead one.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Sleep, sleep};

/// What a client has taken of what is sent to it.
#[derive(Debug, Default)]
pub(super) struct Taken {
    bytes: AtomicU64,
    /// Whether there is more that it does not take now.
    waits: AtomicBool,
}

impl Taken {
    /// Returns how many bytes it has taken.
    pub(super) fn bytes(&self) -> u64 {
        self.bytes.load(Ordering::Relaxed)
    }

    /// Tells whether hardly any has been taken since there were so many, and it is the client that is
    /// waited for, not the disk.
    pub(super) fn hardly_any_since(&self, before: u64) -> bool {
        let progress = self.bytes().saturating_sub(before);
        progress < HARDLY_ANY && self.waits.load(Ordering::Relaxed)
    }
}

/// What is more than hardly any, in bytes: in half a minute, some 2 KiB a second.
const HARDLY_ANY: u64 = 64 * 1024;

/// Fails a write that made no progress at all for a long time; reads pass through.
#[derive(Debug)]
pub(super) struct Patient<S> {
    inner: S,
    longest: Duration,
    stalled: Option<Pin<Box<Sleep>>>,
    taken: Arc<Taken>,
}

impl<S> Patient<S> {
    /// Gives up on `inner` when no byte is taken for `longest`; tells in `taken` how it goes.
    pub(super) fn new(inner: S, longest: Duration, taken: Arc<Taken>) -> Self {
        Self {
            inner,
            longest,
            stalled: None,
            taken,
        }
    }

    fn count(&self, progress: &Poll<io::Result<usize>>) {
        if let Poll::Ready(Ok(count)) = progress {
            let count = u64::try_from(*count).unwrap_or(u64::MAX);
            self.taken.bytes.fetch_add(count, Ordering::Relaxed);
        }
    }

    /// Lets a finished write pass and starts the clock of one that waits.
    fn watch<T>(
        &mut self,
        cx: &mut Context<'_>,
        progress: Poll<io::Result<T>>,
    ) -> Poll<io::Result<T>> {
        let waits = progress.is_pending();
        self.taken.waits.store(waits, Ordering::Relaxed);
        if !waits {
            self.stalled = None;
            return progress;
        }
        let longest = self.longest;
        let stalled = self.stalled.get_or_insert_with(|| Box::pin(sleep(longest)));
        match stalled.as_mut().poll(cx) {
            Poll::Ready(()) => Poll::Ready(Err(io::ErrorKind::TimedOut.into())),
            Poll::Pending => Poll::Pending,
        }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Patient<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_read(cx, buffer)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Patient<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let progress = Pin::new(&mut self.inner).poll_write(cx, bytes);
        self.count(&progress);
        self.watch(cx, progress)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let progress = Pin::new(&mut self.inner).poll_write_vectored(cx, slices);
        self.count(&progress);
        self.watch(cx, progress)
    }

    fn is_write_vectored(&self) -> bool {
        self.inner.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let progress = Pin::new(&mut self.inner).poll_flush(cx);
        self.watch(cx, progress)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let progress = Pin::new(&mut self.inner).poll_shutdown(cx);
        self.watch(cx, progress)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_client_that_is_waited_for_takes_hardly_any() {
        let taken = Taken::default();
        for (bytes, waits, hardly) in [
            (0, false, false),
            (0, true, true),
            (HARDLY_ANY - 1, true, true),
            (HARDLY_ANY, true, false),
            (HARDLY_ANY, false, false),
        ] {
            taken.bytes.store(1000 + bytes, Ordering::Relaxed);
            taken.waits.store(waits, Ordering::Relaxed);
            assert_eq!(taken.hardly_any_since(1000), hardly, "{bytes} {waits}");
        }
    }
}
