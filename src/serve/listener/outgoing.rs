//! The body of an answer on its way, and the record of it.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use hyper::body::{self, Bytes, Frame, SizeHint};
use tokio::time::Instant;

use super::buffers::Buffers;
use super::connection::Shared;
use super::pump::Pump;
use crate::serve::observer::Record;
use crate::serve::response::Body;

/// Sends what it has; tells the observer when it is done or given up.
pub(super) struct Outgoing {
    source: Source,
    ticket: Ticket,
}

/// Where the bytes come from.
#[derive(Debug)]
pub(super) enum Source {
    Memory(Bytes),
    Blob(Pump),
}

/// A request under way: its record goes to the observer when this is dropped.
pub(super) struct Ticket {
    pub(super) shared: Arc<Shared>,
    pub(super) record: Record,
    pub(super) begun: Instant,
}

impl Outgoing {
    /// Sends `source` under `ticket`.
    pub(super) fn new(source: Source, ticket: Ticket) -> Self {
        Self { source, ticket }
    }
}

impl Source {
    /// Makes a body ready to be sent; reads the first piece of a blob, so call it where waiting is
    /// allowed.
    pub(super) fn open(body: Body, buffers: &Buffers) -> io::Result<Self> {
        Ok(match body {
            Body::Empty => Self::default(),
            Body::Bytes(bytes) => Self::Memory(bytes),
            Body::Blob { reader, range } => {
                Self::Blob(Pump::start(reader, range, buffers.clone())?)
            }
        })
    }

    /// Returns how many bytes it will give, asked before the first.
    pub(super) fn size(&self) -> u64 {
        match self {
            Self::Memory(bytes) => u64::try_from(bytes.len()).unwrap_or(u64::MAX),
            Self::Blob(pump) => pump.size(),
        }
    }
}

impl Default for Source {
    fn default() -> Self {
        Self::Memory(Bytes::new())
    }
}

impl body::Body for Outgoing {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        let next = match &mut self.source {
            Source::Memory(bytes) if bytes.is_empty() => None,
            Source::Memory(bytes) => Some(Ok(std::mem::take(bytes))),
            Source::Blob(pump) => ready!(pump.poll_next(cx)),
        };
        match &next {
            Some(Ok(bytes)) => self.ticket.count(bytes.len()),
            Some(Err(error)) => self.ticket.fail(error),
            None => {}
        }
        Poll::Ready(next.map(|bytes| bytes.map(Frame::data)))
    }

    fn is_end_stream(&self) -> bool {
        self.ticket.record.is_complete()
    }

    fn size_hint(&self) -> SizeHint {
        let record = &self.ticket.record;
        SizeHint::with_exact(record.promised.saturating_sub(record.sent))
    }
}

impl Ticket {
    fn count(&mut self, bytes: usize) {
        let bytes = u64::try_from(bytes).unwrap_or(u64::MAX);
        self.record.sent = self.record.sent.saturating_add(bytes);
    }

    fn fail(&mut self, error: &io::Error) {
        self.record.about.trouble = Some(format!("the blob could not be read to its end: {error}"));
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        let mut record = std::mem::take(&mut self.record);
        record.took = self.begun.elapsed();
        self.shared.metrics.served(&record);
        self.shared.observer.served(record);
    }
}
