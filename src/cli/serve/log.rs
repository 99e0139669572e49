//! The log of a server: written by a thread of its own, so that no request waits for it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::JoinHandle;

use super::log_line::Entry;
use super::log_writer::LogWriter;
use super::manager::Manager;
use crate::cli::output::Output;
use crate::cli::system::SystemClock;
use crate::run::Clock as _;
use crate::serve::{Bound, Door, Observer, Record};

/// Most entries that wait to be written; what comes beyond is counted and told.
const QUEUE: usize = 16 * 1024;
/// Most memory that they take, in bytes: clients choose how long a target is.
const QUEUE_BYTES: usize = 12 << 20;

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
    /// What waiting entries take, in bytes.
    waiting: Arc<AtomicUsize>,
    lost: AtomicU64,
    manager: Manager,
    requests: bool,
}

impl Log {
    /// Starts the thread. Quiet, it says only what went wrong.
    pub(crate) fn start(output: Output, manager: Manager) -> Self {
        let (queue, receiver) = Queue::new(manager, !output.is_quiet());
        let waiting = Arc::clone(&queue.waiting);
        let writer = std::thread::spawn(move || write(&receiver, &waiting, output));
        let observer = Arc::new(queue);
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
    fn new(manager: Manager, requests: bool) -> (Self, Receiver<(u64, Entry)>) {
        let (entries, receiver) = sync_channel(QUEUE);
        let queue = Self {
            entries,
            waiting: Arc::default(),
            lost: AtomicU64::new(0),
            manager,
            requests,
        };
        (queue, receiver)
    }

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
        let weight = entry.weight();
        let before = self.waiting.fetch_add(weight, Ordering::Relaxed);
        let now = SystemClock.unix_seconds();
        let fits = before.saturating_add(weight) <= QUEUE_BYTES;
        if fits && self.entries.try_send((now, entry)).is_ok() {
            return Ok(());
        }
        self.waiting.fetch_sub(weight, Ordering::Relaxed);
        Err(())
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

fn write(entries: &Receiver<(u64, Entry)>, waiting: &AtomicUsize, output: Output) {
    let mut writer = LogWriter::new(output.is_json(), |text: &[u8]| output.log(text));
    for (seconds, entry) in entries {
        let weight = entry.weight();
        if output.is_json() || !output.is_quiet() || entry.is_trouble() {
            writer.put(seconds, &entry);
        }
        drop(entry);
        waiting.fetch_sub(weight, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::environment::Environment;

    fn queue() -> (Queue, Receiver<(u64, Entry)>) {
        Queue::new(Manager::of(&Environment::of(&[])), true)
    }

    /// Tells how many of so many requests for a target of that length are waiting.
    fn waiting(requests: usize, length: usize) -> (Queue, Vec<Entry>) {
        let (queue, receiver) = queue();
        for _ in 0..requests {
            queue.served(Record {
                target: "a".repeat(length),
                ..Record::default()
            });
        }
        let entries = receiver.try_iter().map(|(_, entry)| entry).collect();
        (queue, entries)
    }

    #[test]
    fn entries_that_nobody_writes_are_bounded_in_number_and_in_bytes() {
        let (queue, entries) = waiting(QUEUE + 5, 1);
        assert_eq!(entries.len(), QUEUE);
        assert_eq!(queue.lost.into_inner(), 5);
        let (queue, entries) = waiting(1000, 30_000);
        let held: usize = entries.iter().map(Entry::weight).sum();
        assert!(held <= QUEUE_BYTES && held > QUEUE_BYTES / 2, "{held}");
        assert_eq!(queue.lost.into_inner(), 1000 - entries.len() as u64);
    }

    #[test]
    fn what_is_missing_is_told_as_soon_as_there_is_room() {
        let (queue, receiver) = queue();
        let long = Record {
            target: "a".repeat(QUEUE_BYTES),
            ..Record::default()
        };
        queue.served(long);
        queue.note("b");
        let told: Vec<Entry> = receiver.try_iter().map(|(_, entry)| entry).collect();
        assert!(
            matches!(told.as_slice(), [Entry::Lost(1), Entry::Note(_)]),
            "{told:?}"
        );
    }
}
