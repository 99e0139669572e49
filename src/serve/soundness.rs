//! Which blobs turned out damaged while the server runs.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{PoisonError, RwLock};

use lock_format::Digest;

/// What the scrub has found; what is withdrawn is not served until it is whole again.
#[derive(Debug, Default)]
pub(crate) struct Soundness {
    withdrawn: RwLock<BTreeSet<Digest>>,
    scrubbed: AtomicU64,
}

impl Soundness {
    /// Tells whether a blob is not to be served.
    pub(crate) fn is_withdrawn(&self, digest: &Digest) -> bool {
        let withdrawn = self
            .withdrawn
            .read()
            .unwrap_or_else(PoisonError::into_inner);
        withdrawn.contains(digest)
    }

    /// Notes whether a blob is whole; tells whether that is new.
    pub(super) fn note(&self, digest: &Digest, is_whole: bool) -> bool {
        if self.is_withdrawn(digest) != is_whole {
            return false;
        }
        let mut withdrawn = self
            .withdrawn
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        if is_whole {
            withdrawn.remove(digest)
        } else {
            withdrawn.insert(*digest)
        }
    }

    /// Returns what is withdrawn now.
    pub(crate) fn withdrawn(&self) -> BTreeSet<Digest> {
        self.withdrawn
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Counts bytes that were digested.
    pub(super) fn count(&self, bytes: u64) {
        self.scrubbed.fetch_add(bytes, Ordering::Relaxed);
    }

    /// Returns how many bytes were digested.
    pub(crate) fn scrubbed(&self) -> u64 {
        self.scrubbed.load(Ordering::Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_news_is_news() {
        let soundness = Soundness::default();
        let digest = Digest::Sha256([1; 32]);
        for (is_whole, is_new) in [(true, false), (false, true), (false, false), (true, true)] {
            assert_eq!(soundness.note(&digest, is_whole), is_new);
            assert_eq!(soundness.is_withdrawn(&digest), !is_whole);
        }
    }
}
