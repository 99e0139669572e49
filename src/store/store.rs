//! A store, open for reading.

use std::io;
use std::path::Path;
use std::sync::Arc;

use crate::run::{Clock, Entropy};
use crate::wire::{Anchor, SiteId};

use super::create;
use super::disk::{Disk, RealDisk};
use super::folder::Folder;
use super::identity;
use super::index::Current;
use super::layout::{AIRLOCK, Layout, STORE};
use super::{Audit, Ledger, Publication, StoreError, View, Writer};

/// A store, open for reading. Nothing here takes a lock or waits.
#[derive(Clone, Debug)]
pub struct Store {
    pub(super) layout: Arc<Layout>,
    site: SiteId,
}

impl Store {
    /// Opens the store in a folder.
    ///
    /// Fails with [`StoreError::NoStore`] where there is none, [`StoreError::NotAStore`] where there
    /// is something else, [`StoreError::NewerFormat`] where the store is of a newer program.
    pub fn open(dir: &Path) -> Result<Self, StoreError> {
        Self::open_on(dir, Arc::new(RealDisk))
    }

    /// Makes a store in a missing or empty folder, or finishes one whose creation was cut.
    ///
    /// The site id comes from `entropy`. Fails where the folder holds anything else.
    pub fn create(dir: &Path, entropy: &dyn Entropy) -> Result<Self, StoreError> {
        Self::create_on(dir, entropy, Arc::new(RealDisk))
    }

    /// Opens the store in a folder, or makes one where there is none.
    pub fn open_or_create(dir: &Path, entropy: &dyn Entropy) -> Result<Self, StoreError> {
        match Self::open(dir) {
            Err(StoreError::NoStore(_)) => match Self::create(dir, entropy) {
                // Another process was quicker.
                Err(StoreError::Exists(_)) => Self::open(dir),
                result => result,
            },
            result => result,
        }
    }

    /// As [`open`](Self::open), with the steps that change a disk done by `disk`.
    pub fn open_on(dir: &Path, disk: Arc<dyn Disk>) -> Result<Self, StoreError> {
        let root = match Folder::open_path(dir) {
            Ok(root) => root,
            Err(error) => return Err(no_folder(dir, error)),
        };
        create::refuse_strangers(&root)?;
        let Some(bytes) = root.open(AIRLOCK)?.read(STORE, identity::IDENTITY_BYTES)? else {
            return Err(StoreError::NoStore(dir.to_owned()));
        };
        let site = identity::parse(&bytes, dir, &dir.join(AIRLOCK).join(STORE))?;
        Ok(Self {
            layout: Arc::new(Layout::open(root, disk)?),
            site,
        })
    }

    /// As [`create`](Self::create), with the steps that change a disk done by `disk`.
    pub fn create_on(
        dir: &Path,
        entropy: &dyn Entropy,
        disk: Arc<dyn Disk>,
    ) -> Result<Self, StoreError> {
        create::create(dir, entropy, disk.as_ref())?;
        Self::open_on(dir, disk)
    }

    /// Returns the name of the site.
    pub fn site(&self) -> SiteId {
        self.site
    }

    /// Returns the folder, for messages.
    pub fn path(&self) -> &Path {
        self.layout.path()
    }

    /// Shows what is published, to `serve`.
    pub fn view(&self) -> Result<View, StoreError> {
        View::open(Arc::clone(&self.layout))
    }

    /// Reads what is published, to add to it.
    pub fn publication(&self) -> Result<Publication, StoreError> {
        Current::read(&self.layout)?.publication(&self.layout)
    }

    /// Reads the ledger.
    pub fn ledger(&self) -> Result<Ledger, StoreError> {
        Ledger::read(&self.layout)
    }

    /// Reads the audit log, verifies its chain, and returns where it ends.
    pub fn audit_anchor(&self) -> Result<Anchor, StoreError> {
        Ok(Audit::read(&self.layout)?.anchor())
    }

    /// Fails with [`StoreError::Full`] unless the file system has `bytes` left: asked before a long
    /// write, so that a full disk is told at once.
    pub fn require_space(&self, bytes: u64) -> Result<(), StoreError> {
        let available = self.layout.airlock.available();
        if available < bytes {
            return Err(StoreError::Full {
                path: self.layout.path().to_owned(),
                needed: bytes,
                available,
            });
        }
        Ok(())
    }

    /// Takes the lock of the one writer, sweeps what a cut write left, and opens for writing.
    ///
    /// Fails at once with [`StoreError::Busy`] while another process writes.
    pub fn begin<'a>(&'a self, clock: &'a dyn Clock) -> Result<Writer<'a>, StoreError> {
        Writer::begin(&self.layout, clock)
    }
}

fn no_folder(dir: &Path, error: io::Error) -> StoreError {
    if error.kind() == io::ErrorKind::NotFound {
        return StoreError::NoStore(dir.to_owned());
    }
    if error.kind() == io::ErrorKind::NotADirectory {
        return StoreError::NotAStore {
            path: dir.to_owned(),
            why: "it is not a folder".to_owned(),
        };
    }
    StoreError::io("open the folder", dir, error)
}
