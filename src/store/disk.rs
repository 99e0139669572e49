//! The few steps that change a disk: the joint at which tests cut.

use std::fmt;
use std::fs::File;
use std::io::{self, Write as _};
use std::os::fd::BorrowedFd;

use rustix::fs::{AtFlags, RenameFlags};

/// Does the steps that change a disk.
///
/// All writing of this room goes through one of these six, so that a test can stop at every step
/// (`tests/crash.rs`). There is one implementation for use, [`RealDisk`].
pub trait Disk: fmt::Debug + Send + Sync {
    /// Writes all of `bytes` where the file stands.
    fn write(&self, file: &File, bytes: &[u8]) -> io::Result<()>;

    /// Cuts the file to `length` bytes.
    fn truncate(&self, file: &File, length: u64) -> io::Result<()>;

    /// Makes a file, or the names in a folder, durable.
    fn sync(&self, what: BorrowedFd<'_>) -> io::Result<()>;

    /// Makes everything on the file system of `folder` durable.
    fn sync_all(&self, folder: BorrowedFd<'_>) -> io::Result<()>;

    /// Renames within a file system; with `replace`, over what has that name.
    fn rename(&self, from: At<'_>, to: At<'_>, replace: bool) -> io::Result<()>;

    /// Removes a file.
    fn remove(&self, at: At<'_>) -> io::Result<()>;
}

/// A name in an open folder.
#[derive(Clone, Copy, Debug)]
pub struct At<'a> {
    /// The folder.
    pub folder: BorrowedFd<'a>,
    /// The name, without a slash.
    pub name: &'a str,
}

/// The disk of the operating system.
#[derive(Clone, Copy, Debug)]
pub struct RealDisk;

impl Disk for RealDisk {
    fn write(&self, mut file: &File, bytes: &[u8]) -> io::Result<()> {
        file.write_all(bytes)
    }

    fn truncate(&self, file: &File, length: u64) -> io::Result<()> {
        file.set_len(length)
    }

    fn sync(&self, what: BorrowedFd<'_>) -> io::Result<()> {
        Ok(rustix::fs::fsync(what)?)
    }

    fn sync_all(&self, folder: BorrowedFd<'_>) -> io::Result<()> {
        Ok(rustix::fs::syncfs(folder)?)
    }

    fn rename(&self, from: At<'_>, to: At<'_>, replace: bool) -> io::Result<()> {
        let flags = if replace {
            RenameFlags::empty()
        } else {
            RenameFlags::NOREPLACE
        };
        Ok(rustix::fs::renameat_with(
            from.folder,
            from.name,
            to.folder,
            to.name,
            flags,
        )?)
    }

    fn remove(&self, at: At<'_>) -> io::Result<()> {
        Ok(rustix::fs::unlinkat(at.folder, at.name, AtFlags::empty())?)
    }
}
