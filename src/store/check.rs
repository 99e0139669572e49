//! Which of some blobs are there, whole and verified.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read as _;
use std::num::NonZero;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;

use lock_format::{Blob, Digest};

use crate::oci::Hasher;
use crate::run::{Event, Run, TaskId};

use super::StoreError;
use super::layout::Blobs;
use super::marks::{Entry, Marks};
use super::records::{Record, Records};

/// More threads than this gain nothing on one disk.
const MOST_THREADS: usize = 8;
/// Bytes that are read at once.
const CHUNK: usize = 256 * 1024;

/// What was found of the blobs wanted.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// Whole and verified.
    pub(super) held: BTreeMap<Digest, u64>,
    /// There, and not what their name says.
    pub(super) damaged: Vec<Blob>,
    /// Records of those that were digested now.
    pub(super) fresh: Vec<(Digest, Record)>,
    /// How many had to be digested.
    pub(super) digested: u64,
}

/// What one blob turned out to be.
enum Verdict {
    Held,
    Fresh(Record),
    Damaged,
}

/// Looks for blobs; those without a fitting record are digested, several at a time.
pub(super) fn check(
    blobs: &Blobs,
    records: &Records,
    wanted: &[Blob],
    run: &Run<'_>,
) -> Result<Found, StoreError> {
    let wanted: BTreeMap<Digest, u64> = wanted.iter().map(|b| (b.digest, b.size)).collect();
    let mut found = Found::default();
    let mut doubtful = Vec::new();
    for (digest, size) in wanted {
        let blob = Blob { digest, size };
        let (folder, name) = blobs.place(&digest);
        match folder.entry(&name)? {
            Entry::Absent => {}
            Entry::File(marks) if records.fits(&digest, marks) => {
                if marks.size == size {
                    found.held.insert(digest, size);
                }
            }
            Entry::File(marks) if marks.size == size => doubtful.push(blob),
            Entry::File(_) | Entry::Folder | Entry::Other => found.damaged.push(blob),
        }
    }
    found.digested = doubtful.len() as u64;
    for (blob, verdict) in digest_all(blobs, &doubtful, run)? {
        match verdict {
            Verdict::Held => drop(found.held.insert(blob.digest, blob.size)),
            Verdict::Fresh(record) => {
                found.held.insert(blob.digest, blob.size);
                found.fresh.push((blob.digest, record));
            }
            Verdict::Damaged => found.damaged.push(blob),
        }
    }
    found.damaged.sort();
    Ok(found)
}

fn digest_all(
    blobs: &Blobs,
    doubtful: &[Blob],
    run: &Run<'_>,
) -> Result<Vec<(Blob, Verdict)>, StoreError> {
    let cores = thread::available_parallelism().map_or(1, NonZero::get);
    let threads = cores.min(MOST_THREADS).min(doubtful.len());
    let next = AtomicUsize::new(0);
    let results = Mutex::new(Ok(Vec::with_capacity(doubtful.len())));
    let work = || {
        let mut buffer = vec![0; CHUNK];
        while let Some(blob) = doubtful.get(next.fetch_add(1, Ordering::Relaxed)) {
            let verdict = digest_one(blobs, blob, &mut buffer, run);
            let mut results = results.lock().unwrap_or_else(PoisonError::into_inner);
            match (&mut *results, verdict) {
                (Ok(list), Ok(verdict)) => list.push((*blob, verdict)),
                (Ok(_), Err(error)) => *results = Err(error),
                (Err(_), _) => return,
            }
        }
    };
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(work);
        }
    });
    results.into_inner().unwrap_or_else(PoisonError::into_inner)
}

fn digest_one(
    blobs: &Blobs,
    blob: &Blob,
    buffer: &mut [u8],
    run: &Run<'_>,
) -> Result<Verdict, StoreError> {
    let (folder, name) = blobs.place(&blob.digest);
    let Some(mut file) = folder.open_file(&name)? else {
        return Ok(Verdict::Damaged);
    };
    let Some(before) = marks_of(&file) else {
        return Ok(Verdict::Damaged);
    };
    let task = TaskId(before.inode);
    let label = blob.digest.short();
    run.events.event(Event::Begin {
        task,
        label: &label,
        bytes: blob.size,
    });
    let mut hasher = Hasher::new(blob.digest.algorithm());
    let outcome = loop {
        run.cancel.check()?;
        match file.read(buffer) {
            Ok(0) => break true,
            Ok(count) => {
                hasher.update(buffer.get(..count).unwrap_or_default());
                let bytes = count as u64;
                run.events.event(Event::Advance { task, bytes });
            }
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            // A sector that cannot be read is damage that the next `apply` heals.
            Err(error) if error.raw_os_error() == Some(rustix::io::Errno::IO.raw_os_error()) => {
                break false;
            }
            Err(error) => return Err(folder.refused("read", &name, 0, error)),
        }
    };
    run.events.event(Event::End { task });
    if !outcome || hasher.finish() != blob.digest {
        return Ok(Verdict::Damaged);
    }
    if marks_of(&file) != Some(before) {
        return Ok(Verdict::Held);
    }
    Ok(Verdict::Fresh(Record {
        marks: before,
        when: run.clock.unix_seconds(),
    }))
}

fn marks_of(file: &File) -> Option<Marks> {
    Entry::of_open(file).map_or(None, Entry::file)
}
