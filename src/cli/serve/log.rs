//! The log of a server: written by a thread of its own, so that no request waits for it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::JoinHandle;

use super::log_line::Entry;
use super::manager::Manager;
use crate::cli::output::Output;
use crate::cli::system::SystemClock;
use crate::run::Clock as _;
use crate::serve::{Bound, Door, Observer, Record};

/// Most entries that wait to be written; what comes beyond is counted and told.
const QUEUE: usize = 16 * 1024;

/// The log and the thread that writes it.
#[derive(Debug)]
pub(crate) struct Log {
    observer: Arc<Queue>,
    writer: JoinHandle<()>,
}

/// Where the server puts entries.
#[derive(Debug)]
struct Queue {
    entries: SyncSender<(u64, Entry)>,
    lost: AtomicU64,
    manager: Manager,
    requests: bool,
}

impl Log {
    /// Starts the thread. Quiet, it says only what went wrong.
    pub(crate) fn start(output: Output, manager: Manager) -> Self {
        let (entries, receiver) = sync_channel(QUEUE);
        let observer = Arc::new(Queue {
            entries,
            lost: AtomicU64::new(0),
            manager,
            requests: !output.is_quiet(),
        });
        let writer = std::thread::spawn(move || write(&receiver, output));
        Self { observer, writer }
    }

    /// Returns what the server talks to.
    pub(crate) fn observer(&self) -> Arc<dyn Observer> {
        Arc::clone(&self.observer) as Arc<dyn Observer>
    }

    /// Waits until everything is written.
    pub(crate) fn end(self) {
        drop(self.observer);
        // A writer that panicked has said so itself.
        self.writer.join().ok();
    }
}

impl Queue {
    fn put(&self, entry: Entry) {
        let lost = self.lost.swap(0, Ordering::Relaxed);
        if lost > 0 && self.try_put(Entry::Lost(lost)).is_err() {
            self.lost.fetch_add(lost, Ordering::Relaxed);
        }
        if self.try_put(entry).is_err() {
            self.lost.fetch_add(1, Ordering::Relaxed);
        }
    }

    fn try_put(&self, entry: Entry) -> Result<(), ()> {
        let now = SystemClock.unix_seconds();
        self.entries.try_send((now, entry)).map_err(drop)
    }
}

impl Observer for Queue {
    fn bound(&self, door: Door, bound: &Bound) {
        self.put(Entry::Bound(door, bound.clone()));
    }

    fn ready(&self) {
        self.manager.ready();
    }

    fn stopping(&self) {
        self.manager.stopping();
    }

    fn served(&self, record: Record) {
        if self.requests || record.about.trouble.is_some() {
            self.put(Entry::Served(Box::new(record)));
        }
    }

    fn note(&self, sentence: &str) {
        self.put(Entry::Note(sentence.to_owned()));
    }

    fn trouble(&self, sentence: &str) {
        self.put(Entry::Trouble(sentence.to_owned()));
    }
}

fn write(entries: &Receiver<(u64, Entry)>, output: Output) {
    for (seconds, entry) in entries {
        if output.is_json() {
            // A closed standard output is nobody to tell.
            output.bytes(&entry.json(seconds)).ok();
        } else if !output.is_quiet() || entry.is_trouble() {
            output.always(&entry.line(seconds));
        }
    }
}
