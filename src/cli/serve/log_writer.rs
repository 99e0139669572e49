//! Entries into the log, and what becomes of those that cannot be written.

use std::io;

use super::log_line::Entry;

/// Writes entries as lines; those that a full disk swallows are counted, and told once there is room.
pub(super) struct LogWriter<W> {
    json: bool,
    sink: W,
    /// Lines since the last that was written whole. The last of them may have left a part of itself.
    lost: u64,
}

impl<W: FnMut(&[u8]) -> io::Result<()>> LogWriter<W> {
    /// Writes into `sink`, as JSON or for people.
    pub(super) fn new(json: bool, sink: W) -> Self {
        let lost = 0;
        Self { json, sink, lost }
    }

    /// Writes an entry; nobody waits for one that cannot be written.
    pub(super) fn put(&mut self, seconds: u64, entry: &Entry) {
        if self.lost > 0 {
            // What is left of a torn line is ended first, so that it spoils no other.
            let mut told = b"\n".to_vec();
            told.extend(self.line(seconds, &Entry::Lost(self.lost)));
            if (self.sink)(&told).is_err() {
                self.lost = self.lost.saturating_add(1);
                return;
            }
            self.lost = 0;
        }
        let line = self.line(seconds, entry);
        if (self.sink)(&line).is_err() {
            self.lost = 1;
        }
    }

    fn line(&self, seconds: u64, entry: &Entry) -> Vec<u8> {
        if self.json {
            return entry.json(seconds);
        }
        let mut line = entry.line(seconds).into_bytes();
        line.push(b'\n');
        line
    }
}

#[cfg(test)]
mod tests {
    use std::cell::{Cell, RefCell};

    use super::*;

    #[test]
    fn what_a_full_disk_swallows_is_told_when_there_is_room_again() {
        let (disk, room) = (RefCell::new(Vec::new()), Cell::new(64_usize));
        let mut writer = LogWriter::new(false, |bytes: &[u8]| {
            let taken = bytes.len().min(room.get());
            room.set(room.get() - taken);
            disk.borrow_mut().extend_from_slice(&bytes[..taken]);
            let whole = taken == bytes.len();
            whole
                .then_some(())
                .ok_or_else(|| io::ErrorKind::StorageFull.into())
        });
        for (more, word) in [
            (0, "one"),
            (0, "two"),
            (0, "three"),
            (1000, "four"),
            (0, "five"),
        ] {
            room.set(room.get() + more);
            writer.put(0, &Entry::Note(format!("a sentence that is {word}")));
        }
        let text = String::from_utf8(disk.into_inner()).unwrap();
        let time = "1970-01-01T00:00:00Z";
        assert_eq!(
            text,
            format!(
                "{time} a sentence that is one\n{time}\n\
                 {time} 2 lines are missing here: they could not be written in time\n\
                 {time} a sentence that is four\n{time} a sentence that is five\n"
            )
        );
    }
}
