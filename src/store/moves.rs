//! Giving files their final names.

use std::os::fd::AsFd as _;

use super::StoreError;
use super::disk::{At, Disk};
use super::folder::Folder;

/// Renames within a file system; with `replace`, over what has that name.
pub(super) fn rename(
    disk: &dyn Disk,
    from: (&Folder, &str),
    to: (&Folder, &str),
    replace: bool,
) -> Result<(), StoreError> {
    disk.rename(at(from), at(to), replace)
        .map_err(|error| to.0.refused("give its final name to", to.1, 0, error))
}

/// Removes a file.
pub(super) fn remove(disk: &dyn Disk, file: (&Folder, &str)) -> Result<(), StoreError> {
    disk.remove(at(file))
        .map_err(|error| file.0.refused("remove", file.1, 0, error))
}

/// Removes a file that nothing names; what stays is swept by the next process that writes here.
pub(super) fn discard(disk: &dyn Disk, file: (&Folder, &str)) {
    disk.remove(at(file)).unwrap_or_default();
}

/// Makes the names in a folder durable.
pub(super) fn sync_folder(disk: &dyn Disk, folder: &Folder) -> Result<(), StoreError> {
    disk.sync(folder.as_fd())
        .map_err(|error| folder.refused("sync the folder", "", 0, error))
}

fn at<'a>((folder, name): (&'a Folder, &'a str)) -> At<'a> {
    At {
        folder: folder.as_fd(),
        name,
    }
}
