//! Makes a store. `store.json` comes last: its presence makes the folder a store.

use std::path::Path;

use crate::run::Entropy;
use crate::wire::SiteId;

use super::StoreError;
use super::disk::Disk;
use super::folder::{FILE_MODE, FOLDER_MODE, Folder};
use super::identity;
use super::index::EMPTY_INDEX;
use super::layout::{
    AIRLOCK, AUDIT, BLOBS, Blobs, INDEX, LEDGER, LOCKS, OCI_LAYOUT, PUBLISHED, STORE, TMP,
};
use super::marks::Entry;
use super::temp_file::TempFile;
use super::writer_lock::WriterLock;

/// Nobody but the site's own user and group reads what was done to it.
pub(super) const AUDIT_MODE: u32 = 0o640;

const OCI_LAYOUT_TEXT: &[u8] = b"{\"imageLayoutVersion\":\"1.0.0\"}\n";

/// Fails where a folder holds something that is neither a store nor the beginning of one.
pub(super) fn refuse_strangers(root: &Folder) -> Result<(), StoreError> {
    if root.entry(AIRLOCK)? == Entry::Folder {
        return Ok(());
    }
    let names = root.names()?;
    match names.iter().find(|name| *name != "lost+found") {
        None => Err(StoreError::NoStore(root.path().to_owned())),
        Some(stranger) => Err(StoreError::NotAStore {
            path: root.path().to_owned(),
            why: format!("it holds `{stranger}` and no `{AIRLOCK}/{STORE}`"),
        }),
    }
}

/// Makes a store, or finishes making it.
pub(super) fn create(dir: &Path, entropy: &dyn Entropy, disk: &dyn Disk) -> Result<(), StoreError> {
    let root = Folder::create_path(dir, FOLDER_MODE)?;
    match refuse_strangers(&root) {
        Ok(()) | Err(StoreError::NoStore(_)) => {}
        Err(error) => return Err(error),
    }
    let airlock = root.ensure(AIRLOCK, FOLDER_MODE)?;
    let _lock = WriterLock::take(&airlock, root.path())?;
    if airlock.entry(STORE)? != Entry::Absent {
        return Err(StoreError::NotAStore {
            path: dir.to_owned(),
            why: "it is a store already".to_owned(),
        });
    }
    let tmp = airlock.ensure(TMP, FOLDER_MODE)?;
    airlock.ensure(PUBLISHED, FOLDER_MODE)?;
    airlock.ensure(LOCKS, FOLDER_MODE)?;
    Blobs::ensure(&root.ensure(BLOBS, FOLDER_MODE)?, FOLDER_MODE)?;
    let maker = Maker { disk, tmp: &tmp };
    maker.file(&root, OCI_LAYOUT, OCI_LAYOUT_TEXT, FILE_MODE)?;
    maker.file(&root, INDEX, EMPTY_INDEX.as_bytes(), FILE_MODE)?;
    maker.file(&airlock, LEDGER, b"", FILE_MODE)?;
    maker.file(&airlock, AUDIT, b"", AUDIT_MODE)?;
    let mut site = [0; 16];
    entropy.fill(&mut site)?;
    let text = identity::text(SiteId::from_bytes(site));
    maker.file(&airlock, STORE, text.as_bytes(), FILE_MODE)?;
    maker.sync_parent(dir)
}

struct Maker<'a> {
    disk: &'a dyn Disk,
    tmp: &'a Folder,
}

impl Maker<'_> {
    /// Makes a file that a creation before did not get to.
    fn file(&self, folder: &Folder, name: &str, bytes: &[u8], mode: u32) -> Result<(), StoreError> {
        if folder.entry(name)? != Entry::Absent {
            return Ok(());
        }
        super::sweep::sweep(self.disk, self.tmp)?;
        let temp = TempFile::create(self.disk, self.tmp, name.to_owned(), mode)?;
        temp.write(bytes, bytes.len() as u64)?;
        temp.publish(folder, name, true)
    }

    /// Makes the name of the store itself durable.
    fn sync_parent(&self, dir: &Path) -> Result<(), StoreError> {
        use std::os::fd::AsFd as _;

        let parent = dir
            .canonicalize()
            .ok()
            .and_then(|dir| dir.parent().map(Path::to_owned));
        let Some(parent) = parent else { return Ok(()) };
        let folder = Folder::open_path(&parent)
            .map_err(|error| StoreError::io("open the folder", &parent, error))?;
        self.disk
            .sync(folder.as_fd())
            .map_err(|error| StoreError::io("sync the folder", &parent, error))
    }
}
