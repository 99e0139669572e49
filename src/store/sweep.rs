//! Removes what a cut write left.

use super::StoreError;
use super::disk::Disk;
use super::folder::Folder;
use super::marks::Entry;
use super::moves::remove;

/// Removes every file in `tmp/`; returns how many. Only the holder of the lock may call it.
pub(super) fn sweep(disk: &dyn Disk, tmp: &Folder) -> Result<u64, StoreError> {
    sweep_except(disk, tmp, |_| false)
}

/// Removes every file in a folder but those to keep; returns how many.
pub(super) fn sweep_except(
    disk: &dyn Disk,
    folder: &Folder,
    keep: impl Fn(&str) -> bool,
) -> Result<u64, StoreError> {
    let mut swept = 0;
    for name in folder.names()? {
        if keep(&name) || folder.entry(&name)? == Entry::Folder {
            continue;
        }
        remove(disk, (folder, &name))?;
        swept += 1;
    }
    Ok(swept)
}
