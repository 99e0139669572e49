//! What goes from a cache, and what stays.

use std::collections::BTreeSet;

use lock_format::{Algorithm, Digest};
use rustix::fs::FlockOperation;
use rustix::io::Errno;

use crate::store::StoreError;
use crate::store::layout::Blobs;
use crate::store::marks::{Entry, Marks};
use crate::store::moves::remove;

use super::{Cache, CacheNumbers};

/// The name of the file that every process with an open cache holds a shared lock of.
pub(super) const USERS: &str = "users";
const NANOSECONDS: i64 = 1_000_000_000;

/// What may stay in a cache that is cleaned; nothing, where neither is set.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Keep {
    /// What was used at or after this time, in seconds since 1970.
    pub used_since: Option<u64>,
    /// The most bytes that stay; what was not used for longest goes first.
    pub most_bytes: Option<u64>,
}

/// What came of a clean-up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cleaned {
    /// What went.
    pub removed: CacheNumbers,
    /// What stayed.
    pub kept: CacheNumbers,
}

/// A file that may go; the order is that in which they go.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Candidate {
    /// Seconds since 1970.
    used: u64,
    algorithm: Algorithm,
    name: String,
    partial: bool,
    size: u64,
}

impl Cache {
    /// Removes blobs and cut downloads, those first that were not used for longest. Use is noted
    /// to the day.
    ///
    /// Fails with [`StoreError::CacheInUse`] while another process has the cache open: it may need
    /// any blob until it ends. One that opens the cache meanwhile waits until this is done.
    pub fn clean(self, keep: &Keep) -> Result<Cleaned, StoreError> {
        self.take_alone()?;
        let mut candidates = self.candidates(&self.blobs, false)?;
        candidates.extend(self.candidates(&self.partial, true)?);
        candidates.sort_unstable();
        let mut cleaned = Cleaned::default();
        let mut left: u64 = candidates.iter().map(|one| one.size).sum();
        for one in &candidates {
            if keep.keeps(one, left) {
                cleaned.kept.add(one);
            } else {
                let folders = if one.partial {
                    &self.partial
                } else {
                    &self.blobs
                };
                let folder = folders.folder(one.algorithm);
                remove(self.disk.as_ref(), (folder, &one.name))?;
                left = left.saturating_sub(one.size);
                cleaned.removed.add(one);
            }
        }
        self.forget_removed()?;
        Ok(cleaned)
    }

    /// Takes the cache for this process alone, if no other has it open.
    fn take_alone(&self) -> Result<(), StoreError> {
        match rustix::fs::flock(&self.users, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => Ok(()),
            Err(Errno::WOULDBLOCK) => Err(StoreError::CacheInUse(self.path().to_owned())),
            Err(errno) => Err(self.home.refused("lock", USERS, 0, errno.into())),
        }
    }

    fn candidates(&self, blobs: &Blobs, partial: bool) -> Result<Vec<Candidate>, StoreError> {
        let records = self.records();
        let mut found = Vec::new();
        for algorithm in [Algorithm::Sha256, Algorithm::Sha512] {
            let folder = blobs.folder(algorithm);
            for name in folder.names()? {
                let Entry::File(marks) = folder.entry(&name)? else {
                    continue;
                };
                let digest = format!("{}:{name}", algorithm.name()).parse();
                let noted = digest.ok().and_then(|digest| records.when(&digest));
                found.push(Candidate {
                    used: noted.unwrap_or_else(|| written(marks)),
                    algorithm,
                    name,
                    partial,
                    size: marks.size,
                });
            }
        }
        Ok(found)
    }

    /// Drops records and notes of what is gone.
    fn forget_removed(&self) -> Result<(), StoreError> {
        for algorithm in [Algorithm::Sha256, Algorithm::Sha512] {
            let blobs: BTreeSet<String> =
                self.blobs.folder(algorithm).names()?.into_iter().collect();
            let folder = self.encoded.folder(algorithm);
            for note in folder.names()? {
                let of = note.split('.').next().unwrap_or_default();
                if !blobs.contains(of) {
                    remove(self.disk.as_ref(), (folder, &note))?;
                }
            }
        }
        let mut records = self.records().as_ref().clone();
        let there = |digest: &Digest| {
            let (folder, name) = self.blobs.place(digest);
            folder
                .entry(&name)
                .is_ok_and(|entry| entry != Entry::Absent)
        };
        records.retain(there);
        records.rewrite(self.locked_temp()?, &self.home)
    }
}

impl Keep {
    /// Tells whether a file stays, where so many bytes are there with it.
    fn keeps(&self, one: &Candidate, left: u64) -> bool {
        let any = self.used_since.is_some() || self.most_bytes.is_some();
        any && self.used_since.is_none_or(|since| one.used >= since)
            && self.most_bytes.is_none_or(|most| left <= most)
    }
}

impl CacheNumbers {
    fn add(&mut self, one: &Candidate) {
        let (files, bytes) = if one.partial {
            (&mut self.partial, &mut self.partial_bytes)
        } else {
            (&mut self.blobs, &mut self.bytes)
        };
        *files += 1;
        *bytes = bytes.saturating_add(one.size);
    }
}

/// When the bytes of a file were written, in seconds since 1970.
fn written(marks: Marks) -> u64 {
    u64::try_from(marks.mtime / NANOSECONDS).unwrap_or_default()
}
