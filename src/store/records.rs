//! The file `verified`: which blobs were digested, and the file they were then
//! (`docs/store.md`, 2.4).

use std::io;

use lock_format::Digest;

use crate::run::Clock;

use super::StoreError;
use super::disk::Disk;
use super::folder::{FILE_MODE, Folder};
use super::layout::{Blobs, VERIFIED};
use super::lines::{Line, read_lines};
use super::marks::{self, Marks};
use super::temp_file::TempFile;

/// Longest line, in bytes: a SHA-512, five numbers, spaces.
const LINE_BYTES: u64 = 512;
/// Fewer lines than this are not worth rewriting.
const WORTH_REWRITING: u64 = 1000;

/// All records, sorted by digest: about 110 bytes of memory for each.
#[derive(Clone, Debug, Default)]
pub(super) struct Records {
    entries: Vec<Entry>,
    lines: u64,
}

/// One record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Record {
    pub(super) marks: Marks,
    /// Unix seconds.
    pub(super) when: u64,
}

/// A blob and its record.
pub(super) type Entry = (Digest, Record);

impl Records {
    /// Reads the file; a missing file has no records, a malformed line is none.
    pub(super) fn load(folder: &Folder) -> Result<Self, StoreError> {
        let Some(file) = folder.open_file(VERIFIED)? else {
            return Ok(Self::default());
        };
        let mut records = Self::default();
        read_lines(file, LINE_BYTES, |line| {
            records.lines += 1;
            if let Line::Whole(bytes) = line {
                records.entries.extend(parse(bytes));
            }
            Ok(())
        })
        .map_err(|error: io::Error| StoreError::io("read", &folder.path().join(VERIFIED), error))?;
        records.settle();
        Ok(records)
    }

    /// Adds records of this run, as if they had been read last.
    pub(super) fn add(&mut self, more: impl IntoIterator<Item = Entry>) {
        self.entries.extend(more);
        self.settle();
    }

    /// Sorts by digest; of several records of one, the last counts.
    fn settle(&mut self) {
        self.entries.reverse();
        self.entries.sort_by_key(|(digest, _)| *digest);
        self.entries.dedup_by_key(|(digest, _)| *digest);
    }

    /// Tells whether the file with these marks was digested as it is now.
    pub(super) fn fits(&self, digest: &Digest, marks: Marks) -> bool {
        self.find(digest)
            .is_some_and(|record| record.marks == marks)
    }

    /// Returns when a blob was digested or, in a cache, last noted as used.
    pub(super) fn when(&self, digest: &Digest) -> Option<u64> {
        self.find(digest).map(|record| record.when)
    }

    /// Returns the records of some blobs that are older than `before`, as of `now`.
    pub(super) fn renewed<'a>(
        &self,
        digests: impl Iterator<Item = &'a Digest>,
        before: u64,
        now: u64,
    ) -> Vec<Entry> {
        let old = |digest: &'a Digest| {
            let record = self.find(digest).filter(|record| record.when < before)?;
            Some((
                *digest,
                Record {
                    when: now,
                    ..*record
                },
            ))
        };
        digests.filter_map(old).collect()
    }

    /// Drops the records of other blobs.
    pub(super) fn retain(&mut self, keeps: impl Fn(&Digest) -> bool) {
        self.entries.retain(|(digest, _)| keeps(digest));
    }

    fn find(&self, digest: &Digest) -> Option<&Record> {
        let at = self
            .entries
            .binary_search_by_key(digest, |(digest, _)| *digest)
            .ok()?;
        self.entries.get(at).map(|(_, record)| record)
    }

    /// Tells whether most lines of the file count no more.
    pub(super) fn is_worn(&self) -> bool {
        self.lines > WORTH_REWRITING && self.lines / 2 > self.entries.len() as u64
    }

    /// Writes the file anew, without the lines that count no more.
    pub(super) fn rewrite(&self, temp: TempFile<'_>, folder: &Folder) -> Result<(), StoreError> {
        for chunk in self.entries.chunks(1024) {
            let text = lines(chunk);
            temp.write(text.as_bytes(), text.len() as u64)?;
        }
        temp.publish(folder, VERIFIED, true)
    }
}

/// Looks at files as they are now, just written and synced.
pub(super) fn of<'a>(
    blobs: &Blobs,
    digests: impl Iterator<Item = &'a Digest>,
    clock: &dyn Clock,
) -> Result<Vec<Entry>, StoreError> {
    let when = clock.unix_seconds();
    let mut found = Vec::new();
    for digest in digests {
        let (folder, name) = blobs.place(digest);
        if let marks::Entry::File(marks) = folder.entry(&name)? {
            found.push((*digest, Record { marks, when }));
        }
    }
    Ok(found)
}

/// Appends records. Needs no sync: a lost line costs one more digest.
pub(super) fn append(
    disk: &dyn Disk,
    folder: &Folder,
    records: &[Entry],
) -> Result<(), StoreError> {
    if records.is_empty() {
        return Ok(());
    }
    let file = folder.append_file(VERIFIED, FILE_MODE)?;
    for chunk in records.chunks(1024) {
        let text = lines(chunk);
        disk.write(&file, text.as_bytes())
            .map_err(|error| folder.refused("write", VERIFIED, text.len() as u64, error))?;
    }
    Ok(())
}

fn lines(records: &[Entry]) -> String {
    use std::fmt::Write as _;

    let mut text = String::new();
    for (digest, Record { marks, when }) in records {
        let Marks {
            size,
            mtime,
            ctime,
            inode,
        } = marks;
        writeln!(text, "{digest} {size} {mtime} {ctime} {inode} {when}")
            .expect("a string takes all text");
    }
    text
}

fn parse(line: &[u8]) -> Option<Entry> {
    let mut words = std::str::from_utf8(line).ok()?.split(' ');
    let digest = words.next()?.parse().ok()?;
    let marks = Marks {
        size: words.next()?.parse().ok()?,
        mtime: words.next()?.parse().ok()?,
        ctime: words.next()?.parse().ok()?,
        inode: words.next()?.parse().ok()?,
    };
    let when = words.next()?.parse().ok()?;
    words
        .next()
        .is_none()
        .then_some((digest, Record { marks, when }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oci::digest_of;
    use lock_format::Algorithm;

    fn record(size: u64) -> Record {
        let marks = Marks {
            size,
            mtime: -5,
            ctime: 7,
            inode: 9,
        };
        Record { marks, when: 11 }
    }

    #[test]
    fn a_line_round_trips() {
        for algorithm in [Algorithm::Sha256, Algorithm::Sha512] {
            let entry = (digest_of(algorithm, b"x"), record(3));
            let text = lines(&[entry]);
            assert!(text.len() as u64 <= LINE_BYTES);
            assert_eq!(parse(text.trim_end().as_bytes()), Some(entry));
        }
    }

    #[test]
    fn a_torn_or_merged_line_is_no_record() {
        let text = lines(&[(digest_of(Algorithm::Sha256, b"x"), record(3))]);
        let line = text.trim_end();
        for cut in 0..line.len() - 1 {
            let torn = &line[..cut];
            let merged = format!("{torn}{line}");
            assert_eq!(parse(torn.as_bytes()), None, "{torn:?}");
            assert!(cut == 0 || parse(merged.as_bytes()).is_none(), "{merged:?}");
        }
    }

    #[test]
    fn the_last_record_of_a_digest_counts() {
        let digest = digest_of(Algorithm::Sha256, b"x");
        let mut records = Records::default();
        records.add([(digest, record(1)), (digest, record(2))]);
        assert!(records.fits(&digest, record(2).marks));
        assert!(!records.fits(&digest, record(1).marks));
        records.add([(digest, record(1))]);
        assert!(records.fits(&digest, record(1).marks));
    }
}
