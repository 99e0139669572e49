//! A store in a temporary folder.

use std::io::Write as _;
use std::path::PathBuf;
use std::sync::Arc;

use airlock::oci::digest_of;
use airlock::run::{Cancel, FixedClock, FixedEntropy, Run, Silent};
use airlock::store::{Checked, Disk, RealDisk, Store};
use lock_format::{Algorithm, Blob, Descriptor, MediaType};
use tempfile::TempDir;

pub(crate) const CLOCK: FixedClock = FixedClock(1_765_000_000);

/// A store, and the folder that vanishes with it.
pub(crate) struct Site {
    folder: TempDir,
    pub(crate) store: Store,
}

impl Site {
    pub(crate) fn new() -> Self {
        Self::on(Arc::new(RealDisk))
    }

    pub(crate) fn on(disk: Arc<dyn Disk>) -> Self {
        let folder = TempDir::new().unwrap();
        let path = folder.path().join("store");
        let store = Store::create_on(&path, &FixedEntropy::new(0), disk).unwrap();
        Self { folder, store }
    }

    /// The path of a file of the store.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join("store").join(name)
    }

    /// Writes blobs and makes them visible.
    pub(crate) fn put(&self, contents: &[&[u8]]) {
        let writer = self.store.begin(&CLOCK).unwrap();
        for content in contents {
            let mut blob = writer.blob(blob(content)).unwrap();
            blob.write_all(content).unwrap();
            blob.finish().unwrap();
        }
        writer.commit_blobs().unwrap();
    }

    /// Asks which blobs are there.
    pub(crate) fn check(&self, contents: &[&[u8]]) -> Checked {
        let wanted: Vec<Blob> = contents.iter().map(|content| blob(content)).collect();
        with_run(|run| self.store.inventory(&wanted, run)).unwrap()
    }
}

/// Runs something silently, with a clock that stands still.
pub(crate) fn with_run<T>(work: impl FnOnce(&Run<'_>) -> T) -> T {
    let entropy = FixedEntropy::new(0);
    let cancel = Cancel::default();
    work(&Run {
        events: &Silent,
        cancel: &cancel,
        clock: &CLOCK,
        entropy: &entropy,
    })
}

pub(crate) fn blob(content: &[u8]) -> Blob {
    Blob {
        digest: digest_of(Algorithm::Sha256, content),
        size: content.len() as u64,
    }
}

pub(crate) fn manifest(content: &[u8]) -> Descriptor {
    let Blob { digest, size } = blob(content);
    let media_type = MediaType::OCI_MANIFEST.parse().unwrap();
    Descriptor {
        digest,
        size,
        media_type,
    }
}
