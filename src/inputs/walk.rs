//! From a folder to what a path names, one part after the other, never out of the folder.

use std::collections::VecDeque;
use std::ffi::{CString, OsStr};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::ffi::OsStrExt as _;

use rustix::fs::{AtFlags, FileType, Mode, OFlags, openat, readlinkat, statat};
use rustix::io::Errno;

use super::RootPath;

/// Most links on the way to a file (as many as Linux follows).
const LINKS: usize = 40;

/// Why a walk ended early.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Obstacle {
    /// It leads out of the folder.
    Outside,
    /// Too many links.
    Links,
    /// The system refuses.
    System(Errno),
}

impl From<Errno> for Obstacle {
    fn from(error: Errno) -> Self {
        Self::System(error)
    }
}

/// What stands at the end of a walk.
pub(super) struct Place {
    /// The folders on the way, the innermost last; none for the folder itself.
    folders: Vec<OwnedFd>,
    /// The name in the innermost folder; none where a folder is meant by `..` or nothing.
    name: Option<CString>,
    pub(super) kind: FileType,
}

/// Walks from `root` to what `path` names. The last part may be a link too; all are followed, as
/// long as they stay below the root.
pub(super) fn walk(root: BorrowedFd<'_>, path: &RootPath) -> Result<Place, Obstacle> {
    let mut place = Place {
        folders: Vec::new(),
        name: None,
        kind: FileType::Directory,
    };
    let mut parts: VecDeque<Vec<u8>> = path.parts().map(|part| part.as_bytes().to_vec()).collect();
    let mut links = 0_usize;
    while let Some(part) = parts.pop_front() {
        place.descend(root)?;
        if part == b".." {
            place.folders.pop().ok_or(Obstacle::Outside)?;
            continue;
        }
        let name = CString::new(part).map_err(|_| Errno::INVAL)?;
        let stat = statat(place.folder(root), &name, AtFlags::SYMLINK_NOFOLLOW)?;
        let kind = FileType::from_raw_mode(stat.st_mode);
        if kind == FileType::Symlink {
            links = links.saturating_add(1);
            if links > LINKS {
                return Err(Obstacle::Links);
            }
            let target = readlinkat(place.folder(root), &name, Vec::new())?;
            for part in link_parts(target.as_bytes())?.into_iter().rev() {
                parts.push_front(part);
            }
            continue;
        }
        place.name = Some(name);
        place.kind = kind;
    }
    Ok(place)
}

/// The parts of a link's target; an absolute one leads out.
fn link_parts(target: &[u8]) -> Result<Vec<Vec<u8>>, Obstacle> {
    if target.first() == Some(&b'/') {
        return Err(Obstacle::Outside);
    }
    let parts = target.split(|b| *b == b'/');
    let parts = parts.filter(|part| !part.is_empty() && *part != b".");
    Ok(parts.map(<[u8]>::to_vec).collect())
}

impl Place {
    /// The innermost folder on the way.
    fn folder<'a>(&'a self, root: BorrowedFd<'a>) -> BorrowedFd<'a> {
        self.folders.last().map_or(root, AsFd::as_fd)
    }

    /// Enters what was named last, to go on from there.
    fn descend(&mut self, root: BorrowedFd<'_>) -> Result<(), Errno> {
        if let Some(name) = self.name.take() {
            let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
            let folder = openat(self.folder(root), &name, flags, Mode::empty())?;
            self.folders.push(folder);
            self.kind = FileType::Directory;
        }
        Ok(())
    }

    /// Opens a file for reading. Does not wait for the other end of a pipe.
    pub(super) fn open_file(&self, root: BorrowedFd<'_>) -> Result<OwnedFd, Errno> {
        let name = self.name.as_ref().ok_or(Errno::ISDIR)?;
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
        openat(
            self.folder(root),
            OsStr::from_bytes(name.as_bytes()),
            flags,
            Mode::empty(),
        )
    }
}
