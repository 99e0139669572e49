//! The folders of a store, open.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use lock_format::{Algorithm, Digest};

use super::StoreError;
use super::disk::Disk;
use super::folder::Folder;

pub(super) const OCI_LAYOUT: &str = "oci-layout";
pub(super) const INDEX: &str = "index.json";
pub(super) const BLOBS: &str = "blobs";
pub(super) const AIRLOCK: &str = "airlock";
pub(super) const STORE: &str = "store.json";
pub(super) const PUBLISHED: &str = "published";
pub(super) const LOCKS: &str = "locks";
pub(super) const LEDGER: &str = "ledger.jsonl";
pub(super) const AUDIT: &str = "audit.jsonl";
pub(super) const VERIFIED: &str = "verified";
pub(super) const TMP: &str = "tmp";
pub(super) const LOCK: &str = "lock";

/// The folders of a store.
#[derive(Debug)]
pub(super) struct Layout {
    pub(super) root: Folder,
    pub(super) blobs: Blobs,
    pub(super) airlock: Folder,
    pub(super) published: Folder,
    pub(super) locks: Folder,
    pub(super) disk: Arc<dyn Disk>,
    /// Seen by whoever read `verified`: most of its lines count no more.
    pub(super) worn: AtomicBool,
}

/// Blobs by digest: a folder for each algorithm.
#[derive(Debug)]
pub(super) struct Blobs {
    sha256: Folder,
    sha512: Folder,
}

impl Blobs {
    /// Opens `blobs/` of a store or cache.
    pub(super) fn open(folder: &Folder) -> Result<Self, StoreError> {
        Ok(Self {
            sha256: folder.open(Algorithm::Sha256.name())?,
            sha512: folder.open(Algorithm::Sha512.name())?,
        })
    }

    /// Opens it, made first where it is missing.
    pub(super) fn ensure(folder: &Folder, mode: u32) -> Result<Self, StoreError> {
        Ok(Self {
            sha256: folder.ensure(Algorithm::Sha256.name(), mode)?,
            sha512: folder.ensure(Algorithm::Sha512.name(), mode)?,
        })
    }

    /// Returns the folder that a blob of this algorithm is in.
    pub(super) fn folder(&self, algorithm: Algorithm) -> &Folder {
        match algorithm {
            Algorithm::Sha256 => &self.sha256,
            Algorithm::Sha512 => &self.sha512,
        }
    }

    /// Returns the folder and the name of a blob.
    pub(super) fn place(&self, digest: &Digest) -> (&Folder, String) {
        (self.folder(digest.algorithm()), digest.hex())
    }
}

impl Layout {
    /// Opens the folders below `root`.
    pub(super) fn open(root: Folder, disk: Arc<dyn Disk>) -> Result<Self, StoreError> {
        let airlock = root.open(AIRLOCK)?;
        Ok(Self {
            blobs: Blobs::open(&root.open(BLOBS)?)?,
            published: airlock.open(PUBLISHED)?,
            locks: airlock.open(LOCKS)?,
            airlock,
            root,
            disk,
            worn: AtomicBool::new(false),
        })
    }

    /// Returns the path of the store, for messages.
    pub(super) fn path(&self) -> &Path {
        self.root.path()
    }
}
