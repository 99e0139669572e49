//! An open folder: the only way to a file of a store or cache.

use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, Read as _};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use rustix::fs::{Dir, Mode, OFlags};
use rustix::io::Errno;

use super::StoreError;
use super::marks::Entry;

/// A folder, held by its descriptor. Links below it are never followed.
#[derive(Debug)]
pub(super) struct Folder {
    fd: OwnedFd,
    /// For messages only.
    path: PathBuf,
}

/// Mode of folders and files whatever the umask.
pub(super) const FOLDER_MODE: u32 = 0o755;
/// See [`FOLDER_MODE`].
pub(super) const FILE_MODE: u32 = 0o644;
/// Blobs are never written to again.
pub(super) const BLOB_MODE: u32 = 0o444;

const FOLDER: OFlags = OFlags::RDONLY
    .union(OFlags::DIRECTORY)
    .union(OFlags::CLOEXEC);

impl Folder {
    /// Opens a folder that a person named; links on the way to it are followed.
    pub(super) fn open_path(path: &Path) -> io::Result<Self> {
        let fd = rustix::fs::open(path, FOLDER, Mode::empty())?;
        Ok(Self {
            fd,
            path: path.to_owned(),
        })
    }

    /// Opens a folder that a person named, made first where it is missing, with its parents.
    pub(super) fn create_path(path: &Path, mode: u32) -> Result<Self, StoreError> {
        let missing = !path.exists();
        std::fs::create_dir_all(path).map_err(|e| StoreError::io("make the folder", path, e))?;
        let folder =
            Self::open_path(path).map_err(|e| StoreError::io("open the folder", path, e))?;
        if missing {
            folder.set_mode(mode)?;
        }
        Ok(folder)
    }

    /// Tells whether the path that the folder was opened by still leads to it, or to nothing.
    pub(super) fn is_in_place(&self) -> bool {
        let held = rustix::fs::fstat(&self.fd);
        let named = rustix::fs::stat(&self.path);
        match (held, named) {
            (Ok(held), Ok(named)) => (held.st_dev, held.st_ino) == (named.st_dev, named.st_ino),
            _ => true,
        }
    }

    /// Opens a folder in this one.
    pub(super) fn open(&self, name: &str) -> Result<Self, StoreError> {
        let flags = FOLDER | OFlags::NOFOLLOW;
        let fd = rustix::fs::openat(&self.fd, name, flags, Mode::empty())
            .map_err(|errno| self.failed("open the folder", name, errno))?;
        Ok(Self {
            fd,
            path: self.path.join(name),
        })
    }

    /// Opens a folder in this one, made first where it is missing.
    pub(super) fn ensure(&self, name: &str, mode: u32) -> Result<Self, StoreError> {
        match rustix::fs::mkdirat(&self.fd, name, Mode::from_raw_mode(mode)) {
            Ok(()) => {
                let folder = self.open(name)?;
                folder.set_mode(mode)?;
                Ok(folder)
            }
            Err(Errno::EXIST) => self.open(name),
            Err(errno) => Err(self.failed("make the folder", name, errno)),
        }
    }

    fn set_mode(&self, mode: u32) -> Result<(), StoreError> {
        rustix::fs::fchmod(&self.fd, Mode::from_raw_mode(mode))
            .map_err(|errno| StoreError::io("set the permissions of", &self.path, errno.into()))
    }

    /// Looks at a name.
    pub(super) fn entry(&self, name: &str) -> Result<Entry, StoreError> {
        Entry::of_name(&self.fd, name).map_err(|errno| self.failed("look at", name, errno))
    }

    /// Opens a regular file for reading; none where the name stands for nothing or something else.
    pub(super) fn open_file(&self, name: &str) -> Result<Option<File>, StoreError> {
        // NONBLOCK: a fifo in the place of a file must not hold us up.
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::CLOEXEC | OFlags::NONBLOCK;
        match rustix::fs::openat(&self.fd, name, flags, Mode::empty()) {
            Ok(fd) => Ok(Some(File::from(fd))),
            Err(Errno::NOENT | Errno::LOOP | Errno::NXIO) => Ok(None),
            Err(errno) => Err(self.failed("open", name, errno)),
        }
    }

    /// Makes a file that is not there yet, open for reading and writing.
    pub(super) fn create_file(&self, name: &str, mode: u32) -> Result<File, StoreError> {
        let flags = OFlags::RDWR | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW;
        self.open_for_writing(name, flags, mode)
    }

    /// Opens a file, made first where it is missing, for reading and writing at the end.
    pub(super) fn append_file(&self, name: &str, mode: u32) -> Result<File, StoreError> {
        let flags = OFlags::RDWR | OFlags::CREATE | OFlags::APPEND | OFlags::NOFOLLOW;
        self.open_for_writing(name, flags, mode)
    }

    fn open_for_writing(&self, name: &str, flags: OFlags, mode: u32) -> Result<File, StoreError> {
        let wanted = Mode::from_raw_mode(mode);
        let existed = self.entry(name)? != Entry::Absent;
        let fd = rustix::fs::openat(&self.fd, name, flags | OFlags::CLOEXEC, wanted)
            .map_err(|errno| self.failed("open for writing", name, errno))?;
        if !existed {
            // Whatever the umask.
            rustix::fs::fchmod(&fd, wanted)
                .map_err(|errno| self.failed("set the permissions of", name, errno))?;
        }
        Ok(File::from(fd))
    }

    /// Reads a file of at most `limit` bytes; none where it is missing.
    pub(super) fn read(&self, name: &str, limit: u64) -> Result<Option<Vec<u8>>, StoreError> {
        let Some(file) = self.open_file(name)? else {
            return Ok(None);
        };
        let mut bytes = Vec::new();
        #[expect(clippy::disallowed_methods, reason = "bounded by `take`")]
        file.take(limit.saturating_add(1))
            .read_to_end(&mut bytes)
            .map_err(|error| StoreError::io("read", &self.path.join(name), error))?;
        if bytes.len() as u64 > limit {
            let why = format!("it is longer than {limit} bytes");
            return Err(StoreError::broken(&self.path.join(name), why));
        }
        Ok(Some(bytes))
    }

    /// Lists the names in the folder that are valid UTF-8 (all that we make are).
    pub(super) fn names(&self) -> Result<Vec<String>, StoreError> {
        let failed = |errno: Errno| StoreError::io("list", &self.path, errno.into());
        let mut names = Vec::new();
        for entry in Dir::read_from(&self.fd).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            let name = OsStr::from_bytes(entry.file_name().to_bytes()).to_string_lossy();
            if name != "." && name != ".." {
                names.push(name.into_owned());
            }
        }
        names.sort();
        Ok(names)
    }

    /// Returns how many bytes the file system has left for this user.
    pub(super) fn available(&self) -> u64 {
        available(&self.fd)
    }

    /// Returns the path, for messages.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    fn failed(&self, action: &'static str, name: &str, errno: Errno) -> StoreError {
        self.refused(action, name, 0, errno.into())
    }

    /// Wraps a failed step on a name; a full disk becomes [`StoreError::Full`].
    pub(super) fn refused(
        &self,
        action: &'static str,
        name: &str,
        needed: u64,
        source: io::Error,
    ) -> StoreError {
        if StoreError::is_full(&source) {
            return StoreError::Full {
                path: self.path.clone(),
                needed,
                available: self.available(),
            };
        }
        StoreError::io(action, &self.path.join(name), source)
    }
}

/// Returns how many bytes the file system of a folder has left for this user.
pub(super) fn available(folder: impl AsFd) -> u64 {
    rustix::fs::fstatvfs(folder).map_or(0, |stat| stat.f_bavail.saturating_mul(stat.f_frsize))
}

impl AsFd for Folder {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.fd.as_fd()
    }
}
