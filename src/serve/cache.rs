//! Small manifests kept in memory: what every pull asks first.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Mutex, PoisonError};

use hyper::body::Bytes;
use lock_format::Digest;

/// Longest manifest that is kept, in bytes.
pub(crate) const LONGEST: u64 = 64 * 1024;
/// Most bytes that are kept.
const MOST: usize = 8 * 1024 * 1024;
/// What an entry costs besides its bytes, roughly.
const ENTRY: usize = 256;

/// Keeps verified manifests, bounded in bytes; the one that came first goes first.
///
/// A digest never changes its meaning, so nothing here grows old; whether a digest is published is
/// asked elsewhere, every time.
#[derive(Debug, Default)]
pub(crate) struct ManifestCache(Mutex<Kept>);

#[derive(Debug, Default)]
struct Kept {
    bytes: BTreeMap<Digest, Bytes>,
    order: VecDeque<Digest>,
    total: usize,
}

impl ManifestCache {
    /// Returns the bytes, if they are kept.
    pub(crate) fn get(&self, digest: &Digest) -> Option<Bytes> {
        self.kept().bytes.get(digest).cloned()
    }

    /// Keeps bytes whose digest has been verified.
    pub(crate) fn put(&self, digest: Digest, bytes: Bytes) {
        let mut kept = self.kept();
        let cost = bytes.len().saturating_add(ENTRY);
        if kept.bytes.insert(digest, bytes).is_some() {
            return;
        }
        kept.order.push_back(digest);
        kept.total = kept.total.saturating_add(cost);
        while kept.total > MOST {
            let Some(oldest) = kept.order.pop_front() else {
                break;
            };
            let freed = kept.bytes.remove(&oldest).map_or(0, |bytes| bytes.len());
            kept.total = kept.total.saturating_sub(freed.saturating_add(ENTRY));
        }
    }

    fn kept(&self) -> std::sync::MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_is_bounded_in_bytes() {
        let cache = ManifestCache::default();
        let bytes = Bytes::from(vec![0; 1024 * 1024]);
        for number in 0..20 {
            cache.put(Digest::Sha256([number; 32]), bytes.clone());
        }
        let kept = (0..20)
            .filter(|number| cache.get(&Digest::Sha256([*number; 32])).is_some())
            .count();
        assert_eq!(kept, 7);
        assert!(cache.get(&Digest::Sha256([19; 32])).is_some());
    }

    #[test]
    fn the_same_manifest_twice_counts_once() {
        let cache = ManifestCache::default();
        for _ in 0..100 {
            cache.put(Digest::Sha256([1; 32]), Bytes::from(vec![0; 1024 * 1024]));
        }
        cache.put(Digest::Sha256([2; 32]), Bytes::from_static(b"x"));
        assert!(cache.get(&Digest::Sha256([1; 32])).is_some());
    }
}
