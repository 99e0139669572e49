//! Digesting what is published, again and again and slowly: disks forget.

use std::sync::Arc;
use std::time::Duration;

use lock_format::{Blob, Digest};

use super::observer::Observer;
use super::router::Router;
use super::soundness::Soundness;
use crate::oci::{Catalog, Hasher, ReadAt};
use crate::run::{Cancel, Cancelled, Sleeper};

/// Visits everything that is published, at a bounded rate, and withdraws what is damaged.
pub struct Scrub<'a> {
    router: &'a Router,
    observer: &'a dyn Observer,
    cancel: &'a Cancel,
    sleeper: &'a dyn Sleeper,
    /// Bytes a second.
    rate: u64,
}

/// Bytes that are digested between two waits.
const PIECE: usize = 256 * 1024;
/// How long to rest between two rounds, in seconds.
const REST: u32 = 60;

impl<'a> Scrub<'a> {
    /// Prepares a scrub of `rate` bytes a second, above zero.
    pub fn new(
        router: &'a Router,
        observer: &'a dyn Observer,
        rate: u64,
        cancel: &'a Cancel,
        sleeper: &'a dyn Sleeper,
    ) -> Self {
        Self {
            router,
            observer,
            cancel,
            sleeper,
            rate: rate.max(1),
        }
    }

    /// Goes on until the server stops.
    pub fn run(&self) -> Cancelled {
        loop {
            if let Err(cancelled) = self.round().and_then(|()| self.rest()) {
                return cancelled;
            }
        }
    }

    /// Visits everything once: first what is withdrawn, for it may be healed.
    pub fn round(&self) -> Result<(), Cancelled> {
        let mut memory = vec![0; PIECE];
        let view = self.router.view();
        for digest in self.soundness().withdrawn() {
            self.visit(&mut memory, &digest, None)?;
        }
        for (digest, descriptor) in &view.catalog().manifests {
            self.visit(&mut memory, digest, Some(descriptor.size))?;
        }
        let mut next = view.blob_after(None);
        while let Some(Blob { digest, size }) = next {
            self.visit(&mut memory, &digest, Some(size))?;
            next = view.blob_after(Some(&digest));
        }
        Ok(())
    }

    /// Rests, unless something new is published.
    fn rest(&self) -> Result<(), Cancelled> {
        let before: Arc<Catalog> = self.router.view().catalog();
        for _ in 0..REST {
            self.sleeper.sleep(Duration::from_secs(1), self.cancel)?;
            if !Arc::ptr_eq(&before, &self.router.view().catalog()) {
                break;
            }
        }
        Ok(())
    }

    fn visit(
        &self,
        memory: &mut [u8],
        digest: &Digest,
        size: Option<u64>,
    ) -> Result<(), Cancelled> {
        self.cancel.check()?;
        let whole = match self.router.view().open(digest) {
            Ok(Some(blob)) => {
                let fits = size.is_none_or(|size| size == blob.size());
                fits && self.is_whole(&*blob, memory, digest)?
            }
            // What is not there is not served either; the store says so itself.
            Ok(None) => return Ok(()),
            Err(_) => false,
        };
        if self.soundness().note(digest, whole) {
            self.tell(digest, whole);
        }
        Ok(())
    }

    /// Digests a blob; one that cannot be read to its end is not whole.
    fn is_whole(
        &self,
        blob: &dyn ReadAt,
        memory: &mut [u8],
        digest: &Digest,
    ) -> Result<bool, Cancelled> {
        let mut hasher = Hasher::new(digest.algorithm());
        let mut at = 0_u64;
        while at < blob.size() {
            let read = blob.read_at(memory, at).ok();
            let Some(bytes) = read.and_then(|count| memory.get(..count)) else {
                return Ok(false);
            };
            if bytes.is_empty() {
                return Ok(false);
            }
            hasher.update(bytes);
            let count = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
            at = at.saturating_add(count);
            self.soundness().count(count);
            self.sleeper.sleep(self.pause(count), self.cancel)?;
        }
        Ok(hasher.finish() == *digest)
    }

    /// How long so many bytes are to take.
    fn pause(&self, bytes: u64) -> Duration {
        let micros = bytes.saturating_mul(1_000_000).checked_div(self.rate);
        Duration::from_micros(micros.unwrap_or(0))
    }

    fn tell(&self, digest: &Digest, whole: bool) {
        if whole {
            self.observer
                .note(&format!("{digest} is whole again and is served"));
        } else {
            self.observer.trouble(&format!(
                "{digest} is damaged and is not served any more; `airlock diff` asks for it again"
            ));
        }
    }

    fn soundness(&self) -> &Soundness {
        self.router.soundness()
    }
}

impl std::fmt::Debug for Scrub<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Scrub")
            .field("rate", &self.rate)
            .finish_non_exhaustive()
    }
}
