//! The marks of a file by which a change of it is noticed.

use std::os::fd::AsFd;

use rustix::fs::{AtFlags, FileType, Statx, StatxFlags};

/// Size, times and inode of a regular file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Marks {
    /// Length in bytes.
    pub(super) size: u64,
    /// When the bytes changed, in nanoseconds since 1970.
    pub(super) mtime: i64,
    /// When the bytes or the inode changed, in nanoseconds since 1970.
    pub(super) ctime: i64,
    /// The inode.
    pub(super) inode: u64,
}

/// What a name in a folder stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Entry {
    /// Nothing.
    Absent,
    /// A regular file.
    File(Marks),
    /// A folder.
    Folder,
    /// A link, a device, a socket.
    Other,
}

impl Entry {
    /// Looks at a name in a folder without following links.
    pub(super) fn of_name(folder: impl AsFd, name: &str) -> rustix::io::Result<Self> {
        let flags = AtFlags::SYMLINK_NOFOLLOW;
        match rustix::fs::statx(folder, name, flags, StatxFlags::BASIC_STATS) {
            Ok(stat) => Ok(Self::of(&stat)),
            Err(rustix::io::Errno::NOENT) => Ok(Self::Absent),
            Err(error) => Err(error),
        }
    }

    /// Looks at an open file.
    pub(super) fn of_open(file: impl AsFd) -> rustix::io::Result<Self> {
        let flags = AtFlags::EMPTY_PATH;
        rustix::fs::statx(file, "", flags, StatxFlags::BASIC_STATS).map(|stat| Self::of(&stat))
    }

    /// Returns the marks, if it is a regular file.
    pub(super) fn file(self) -> Option<Marks> {
        match self {
            Self::File(marks) => Some(marks),
            Self::Absent | Self::Folder | Self::Other => None,
        }
    }

    fn of(stat: &Statx) -> Self {
        match FileType::from_raw_mode(stat.stx_mode.into()) {
            FileType::RegularFile => Self::File(Marks {
                size: stat.stx_size,
                mtime: nanoseconds(stat.stx_mtime.tv_sec, stat.stx_mtime.tv_nsec),
                ctime: nanoseconds(stat.stx_ctime.tv_sec, stat.stx_ctime.tv_nsec),
                inode: stat.stx_ino,
            }),
            FileType::Directory => Self::Folder,
            FileType::Symlink
            | FileType::Fifo
            | FileType::Socket
            | FileType::CharacterDevice
            | FileType::BlockDevice
            | FileType::Unknown => Self::Other,
        }
    }
}

/// Times beyond the year 2262 all count as that year: they still compare.
fn nanoseconds(seconds: i64, nanoseconds: u32) -> i64 {
    seconds
        .saturating_mul(1_000_000_000)
        .saturating_add(nanoseconds.into())
}
