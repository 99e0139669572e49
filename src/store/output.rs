//! Files for the outside world: requests, bundles, receipts, locks (`docs/store.md`, 9).

use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, Write as _};
use std::os::fd::{AsFd as _, OwnedFd};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustix::fs::{AtFlags, Mode, OFlags, RenameFlags};
use rustix::io::Errno;

use super::StoreError;
use super::folder::available;
use super::write_by_take::write_by_take;

/// What to do about a file that is there already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Existing {
    /// Fail with [`StoreError::OutputExists`].
    Refuse,
    /// Replace it (`--force`).
    Replace,
}

/// A file beside its final name, which it gets when it is whole.
///
/// Dropped without [`finish`](Self::finish), it leaves nothing.
#[derive(Debug)]
pub struct OutputFile {
    file: File,
    name: UnnamedFile,
}

/// A whole file beside its final name, closed, which [`publish`](Self::publish) gives it.
///
/// Dropped without, it leaves nothing.
#[derive(Debug)]
pub struct UnnamedFile {
    folder: Arc<OwnedFd>,
    path: PathBuf,
    temp: String,
    existing: Existing,
    finished: bool,
}

/// How many names are tried; each left-over of a crash takes one.
const ATTEMPTS: u32 = 100;

/// Writes a small file whole, under a temporary name first.
///
/// `mode` is subject to the umask. Fails before anything is written where the file is there and may
/// not be replaced.
pub fn publish_file(
    path: &Path,
    bytes: &[u8],
    mode: u32,
    existing: Existing,
) -> Result<(), StoreError> {
    let mut output = OutputFile::create(path, mode, existing)?;
    output.take(bytes)?;
    output.finish()
}

impl OutputFile {
    /// Begins a file that will have the name `path`. `mode` is subject to the umask.
    pub fn create(path: &Path, mode: u32, existing: Existing) -> Result<Self, StoreError> {
        let parent = folder_of(path);
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let folder = rustix::fs::open(parent, flags, Mode::empty())
            .map_err(|errno| StoreError::io("open the folder", parent, errno.into()))?;
        Self::create_in(&Arc::new(folder), path, mode, existing)
    }

    /// Begins another file in the same folder, which is not opened again.
    pub fn create_beside(&self, path: &Path, mode: u32) -> Result<Self, StoreError> {
        Self::create_in(&self.name.folder, path, mode, self.name.existing)
    }

    fn create_in(
        folder: &Arc<OwnedFd>,
        path: &Path,
        mode: u32,
        existing: Existing,
    ) -> Result<Self, StoreError> {
        let Some(name) = path.file_name() else {
            return Err(StoreError::OutputNotAFile(path.to_owned()));
        };
        refuse_existing(path, existing)?;
        let (temp, file) = create_temp(folder, folder_of(path), name, mode)?;
        let name = UnnamedFile {
            folder: Arc::clone(folder),
            path: path.to_owned(),
            temp,
            existing,
            finished: false,
        };
        Ok(Self { file, name })
    }

    /// Returns the file, for writing at an offset from several threads.
    pub fn file(&self) -> &File {
        &self.file
    }

    /// Writes at the end.
    pub fn take(&mut self, bytes: &[u8]) -> Result<(), StoreError> {
        self.file
            .write_all(bytes)
            .map_err(|error| self.refused("write", bytes.len() as u64, error))
    }

    /// Wraps an error of writing to [`file`](Self::file): a full disk is told with what is left.
    pub fn refused(&self, action: &'static str, needed: u64, error: io::Error) -> StoreError {
        if StoreError::is_full(&error) {
            return StoreError::Full {
                path: self.name.path.clone(),
                needed,
                available: available(&self.name.folder),
            };
        }
        StoreError::io(action, &self.name.path, error)
    }

    /// Syncs the file, gives it its name, and syncs the folder.
    pub fn finish(self) -> Result<(), StoreError> {
        self.close()?.publish()
    }

    /// Syncs and closes the file; it has no name yet.
    pub fn close(self) -> Result<UnnamedFile, StoreError> {
        self.file
            .sync_all()
            .map_err(|error| self.refused("sync", 0, error))?;
        Ok(self.name)
    }
}

impl UnnamedFile {
    /// Gives the file its name, and syncs the folder.
    pub fn publish(mut self) -> Result<(), StoreError> {
        self.rename().map_err(|errno| match errno {
            Errno::EXIST => StoreError::OutputExists(self.path.clone()),
            errno => StoreError::io("give its final name to", &self.path, errno.into()),
        })?;
        self.finished = true;
        match rustix::fs::fsync(self.folder.as_fd()) {
            // Some file systems of sticks cannot sync a folder.
            Ok(()) | Err(Errno::INVAL) => Ok(()),
            Err(errno) => Err(StoreError::io(
                "sync the folder of",
                &self.path,
                errno.into(),
            )),
        }
    }

    fn rename(&self) -> Result<(), Errno> {
        let name = self.path.file_name().unwrap_or(OsStr::new(""));
        let (folder, temp) = (self.folder.as_fd(), self.temp.as_str());
        if self.existing == Existing::Replace {
            return rustix::fs::renameat(folder, temp, folder, name);
        }
        match rustix::fs::renameat_with(folder, temp, folder, name, RenameFlags::NOREPLACE) {
            // Not known to this file system: then the look before has to do.
            Err(Errno::INVAL | Errno::NOSYS) => {
                match rustix::fs::accessat(
                    folder,
                    name,
                    rustix::fs::Access::EXISTS,
                    AtFlags::empty(),
                ) {
                    Ok(()) => Err(Errno::EXIST),
                    Err(_) => rustix::fs::renameat(folder, temp, folder, name),
                }
            }
            result => result,
        }
    }
}

fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if parent != Path::new("") => parent,
        _ => Path::new("."),
    }
}

fn refuse_existing(path: &Path, existing: Existing) -> Result<(), StoreError> {
    match std::fs::metadata(path) {
        Ok(meta) if !meta.is_file() => Err(StoreError::OutputNotAFile(path.to_owned())),
        Ok(_) if existing == Existing::Refuse => Err(StoreError::OutputExists(path.to_owned())),
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(StoreError::io("look at", path, error))
        }
        Ok(_) | Err(_) => Ok(()),
    }
}

fn create_temp(
    folder: &OwnedFd,
    parent: &Path,
    name: &OsStr,
    mode: u32,
) -> Result<(String, File), StoreError> {
    // A long name is cut, so that the temporary one fits too.
    let stem: String = name.to_string_lossy().chars().take(48).collect();
    let flags = OFlags::RDWR | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    for attempt in 0..ATTEMPTS {
        let temp = format!(".{stem}.{}-{attempt}.airlock-tmp", std::process::id());
        match rustix::fs::openat(folder, &temp, flags, Mode::from_raw_mode(mode)) {
            Ok(fd) => return Ok((temp, File::from(fd))),
            Err(Errno::EXIST) => {}
            Err(errno) => {
                return Err(StoreError::io("make a file in", parent, errno.into()));
            }
        }
    }
    Err(StoreError::io(
        "make a file in",
        parent,
        Errno::EXIST.into(),
    ))
}

write_by_take!(OutputFile);

impl io::Seek for OutputFile {
    fn seek(&mut self, to: io::SeekFrom) -> io::Result<u64> {
        self.file.seek(to)
    }
}

impl Drop for UnnamedFile {
    fn drop(&mut self) {
        if !self.finished {
            // What stays, stays under a name that says what it is.
            rustix::fs::unlinkat(self.folder.as_fd(), &self.temp, AtFlags::empty())
                .unwrap_or_default();
        }
    }
}
