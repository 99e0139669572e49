//! Makes a store. `store.json` comes last: its presence makes the folder a store.

use std::os::fd::AsFd as _;
use std::path::Path;

use crate::diagnostic::sanitize;
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
use super::sweep::sweep;
use super::temp_file::TempFile;
use super::writer_lock::WriterLock;

/// Names are shown up to this length.
const LONGEST_NAME: usize = 80;
/// Nobody but the site's own user and group reads what was done to it.
pub(super) const AUDIT_MODE: u32 = 0o640;

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
            why: format!(
                "it holds `{}` and no `{AIRLOCK}/{STORE}`",
                sanitize(stranger, LONGEST_NAME)
            ),
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
    refuse_used(&root, &airlock)?;
    let tmp = airlock.ensure(TMP, FOLDER_MODE)?;
    sweep(disk, &tmp)?;
    airlock.ensure(PUBLISHED, FOLDER_MODE)?;
    airlock.ensure(LOCKS, FOLDER_MODE)?;
    Blobs::ensure(&root.ensure(BLOBS, FOLDER_MODE)?, FOLDER_MODE)?;
    let file = |folder: &Folder, name: &str, bytes: &[u8], mode| {
        let temp = TempFile::create(disk, &tmp, name.to_owned(), mode)?;
        temp.write(bytes, bytes.len() as u64)?;
        temp.publish(folder, name, true)
    };
    file(&root, OCI_LAYOUT, crate::wire::OCI_LAYOUT, FILE_MODE)?;
    file(&root, INDEX, EMPTY_INDEX.as_bytes(), FILE_MODE)?;
    file(&airlock, LEDGER, b"", FILE_MODE)?;
    file(&airlock, AUDIT, b"", AUDIT_MODE)?;
    let mut site = [0; 16];
    entropy.fill(&mut site)?;
    let text = identity::text(SiteId::from_bytes(site));
    // The folders, and the name of the store itself, must be there when it counts as a store.
    disk.sync_all(root.as_fd())
        .map_err(|error| root.refused("sync", "", 0, error))?;
    file(&airlock, STORE, text.as_bytes(), FILE_MODE)
}

/// Fails where the folder is a store already, or was one: only a creation that was cut is gone on
/// with, and that has recorded nothing.
fn refuse_used(root: &Folder, airlock: &Folder) -> Result<(), StoreError> {
    if airlock.entry(STORE)? != Entry::Absent {
        return Err(StoreError::Exists(root.path().to_owned()));
    }
    let ledger = airlock.entry(LEDGER)?.file();
    if ledger.is_some_and(|marks| marks.size > 0) {
        let path = airlock.path().join(STORE);
        return Err(StoreError::broken(&path, "it is missing"));
    }
    Ok(())
}
