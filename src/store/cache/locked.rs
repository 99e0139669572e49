//! Files that one process at a time works on.

use std::fs::File;

use rustix::fs::FlockOperation;
use rustix::io::Errno;

use crate::store::StoreError;
use crate::store::folder::{FILE_MODE, Folder};
use crate::store::marks::Entry;

/// Opens a file for appending, made where it is missing, and takes its lock.
///
/// None while another process has it. The one who had it may have renamed or removed the file
/// meanwhile: then the lock is of a file without that name, and the next attempt is made.
pub(super) fn open_locked(folder: &Folder, name: &str) -> Result<Option<File>, StoreError> {
    loop {
        let file = folder.append_file(name, FILE_MODE)?;
        if !lock(folder, name, &file)? {
            return Ok(None);
        }
        if is_named(folder, name, &file)? {
            return Ok(Some(file));
        }
    }
}

/// Takes the lock of an open file, if nobody has it.
pub(super) fn lock(folder: &Folder, name: &str, file: &File) -> Result<bool, StoreError> {
    match rustix::fs::flock(file, FlockOperation::NonBlockingLockExclusive) {
        Ok(()) => Ok(true),
        Err(Errno::WOULDBLOCK) => Ok(false),
        Err(errno) => Err(folder.refused("lock", name, 0, errno.into())),
    }
}

/// Tells whether the name still stands for the open file.
pub(super) fn is_named(folder: &Folder, name: &str, file: &File) -> Result<bool, StoreError> {
    let inode = |entry: Entry| entry.file().map(|marks| marks.inode);
    let opened = Entry::of_open(file).map_or(None, inode);
    Ok(opened.is_some() && opened == inode(folder.entry(name)?))
}
