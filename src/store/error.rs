//! What can go wrong with a store, a cache or an output file.

use std::io;
use std::path::{Path, PathBuf};

use lock_format::Digest;

use crate::diagnostic::{Class, Code, Diagnose, sanitize};
use crate::oci::VerifyError;
use crate::run::{Cancelled, EntropyError};

/// A failure of a store, a cache or an output file.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The folder is missing, empty, or its creation was cut.
    #[error("there is no store at `{}`", .0.display())]
    NoStore(PathBuf),
    /// The folder holds something else.
    #[error("`{}` is not a store: {why}", path.display())]
    NotAStore {
        /// The folder.
        path: PathBuf,
        /// What it holds or lacks.
        why: String,
    },
    /// A store was to be made where there is one.
    #[error("there is a store at `{}` already", .0.display())]
    Exists(PathBuf),
    /// The folder given as the cache holds something else.
    #[error("`{}` is not a cache: it holds other files", .0.display())]
    NotACache(PathBuf),
    /// The cache is to be cleaned while another process has it open.
    #[error("the cache at `{}` is in use by another process", .0.display())]
    CacheInUse(PathBuf),
    /// The store was made by a newer program.
    #[error("the store at `{}` has format {found}, and this program knows formats up to {known}", path.display())]
    NewerFormat {
        /// The folder.
        path: PathBuf,
        /// The format it names.
        found: u64,
        /// The highest known.
        known: u64,
    },
    /// A file of the store is not what the specification says.
    #[error("`{}` is damaged: {why}", path.display())]
    Broken {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// A line of the ledger is not an event that can follow the ones before it.
    #[error("line {line} of the ledger `{}` is damaged: {why}", path.display())]
    LedgerBroken {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: u64,
        /// What is wrong with it.
        why: String,
    },
    /// The chain of the audit log does not hold.
    #[error("line {line} of the audit log `{}` does not continue the line before it: {why}", path.display())]
    AuditBroken {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: u64,
        /// What is wrong with it.
        why: String,
    },
    /// Another process is writing to the store.
    #[error("the store at `{}` is busy: {} is writing to it", path.display(), holder(*pid))]
    Busy {
        /// The folder.
        path: PathBuf,
        /// The process that holds the lock, where it is known.
        pid: Option<u32>,
    },
    /// The disk, or the quota on it, is full.
    #[error("the disk under `{}` is full: {needed} bytes are needed, {available} are available", path.display())]
    Full {
        /// The folder or file.
        path: PathBuf,
        /// Bytes still to be written by the step that failed.
        needed: u64,
        /// Bytes that the file system has left for this user.
        available: u64,
    },
    /// The operating system refused a step.
    #[error("cannot {action} `{}`", path.display())]
    Io {
        /// The step, such as `write`.
        action: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// Its reason.
        source: io::Error,
    },
    /// Bytes are not the blob that was promised.
    #[error("a blob is not what was promised")]
    Differs(#[from] VerifyError),
    /// A blob that is to be published is not in the store.
    #[error("{0} cannot be published: it is not whole in the store")]
    NotHeld(Digest),
    /// A file would be longer than readers accept.
    #[error("`{}` would be longer than {limit} bytes", path.display())]
    TooLarge {
        /// The file.
        path: PathBuf,
        /// The limit, in bytes.
        limit: u64,
    },
    /// Two locks describe a manifest differently.
    #[error("{digest} cannot be published as {one} and as {other} at once")]
    TwoDescriptions {
        /// The manifest.
        digest: Digest,
        /// One media type and size.
        one: String,
        /// The other.
        other: String,
    },
    /// An event cannot follow the ones that the ledger has.
    #[error("the ledger cannot take this event: {0}")]
    EventRefused(String),
    /// An output file is there already.
    #[error("`{}` is there already", .0.display())]
    OutputExists(PathBuf),
    /// An output path names something that is not a file.
    #[error("`{}` is not a regular file", .0.display())]
    OutputNotAFile(PathBuf),
    /// The work was stopped.
    #[error(transparent)]
    Cancelled(#[from] Cancelled),
    /// The random source gave nothing.
    #[error(transparent)]
    Entropy(#[from] EntropyError),
}

/// Reasons may quote the text of a damaged file: they are shown up to this length.
pub(super) const LONGEST_REASON: usize = 300;

/// Every code that the room gives.
pub const CODES: &[Code] = &[
    Code::new("store/audit-broken"),
    Code::new("store/blob-differs"),
    Code::new("store/broken"),
    Code::new("store/busy"),
    Code::new("store/cache-in-use"),
    Code::new("store/disk-full"),
    Code::new("store/event-refused"),
    Code::new("store/exists"),
    Code::new("store/io"),
    Code::new("store/ledger-broken"),
    Code::new("store/newer-format"),
    Code::new("store/none"),
    Code::new("store/not-a-cache"),
    Code::new("store/not-a-store"),
    Code::new("store/not-held"),
    Code::new("store/output-exists"),
    Code::new("store/output-not-a-file"),
    Code::new("store/too-large"),
    Code::new("store/two-descriptions"),
];

fn holder(pid: Option<u32>) -> String {
    pid.map_or_else(
        || "another process".to_owned(),
        |pid| format!("process {pid}"),
    )
}

impl StoreError {
    pub(crate) fn io(action: &'static str, path: &Path, source: io::Error) -> Self {
        Self::Io {
            action,
            path: path.to_owned(),
            source,
        }
    }

    pub(super) fn broken(path: &Path, why: impl Into<String>) -> Self {
        Self::Broken {
            path: path.to_owned(),
            why: sanitize(&why.into(), LONGEST_REASON),
        }
    }

    /// Tells whether the operating system said that the disk, or the quota on it, is full.
    pub(super) fn is_full(source: &io::Error) -> bool {
        let kind = source.kind();
        kind == io::ErrorKind::StorageFull || kind == io::ErrorKind::QuotaExceeded
    }

    /// Finds the failure inside an [`io::Error`] that one of the writers here gave.
    pub fn from_io(error: io::Error) -> Result<Self, io::Error> {
        error.downcast()
    }
}

impl From<StoreError> for io::Error {
    fn from(error: StoreError) -> Self {
        Self::other(error)
    }
}

impl Diagnose for StoreError {
    fn code(&self) -> Code {
        Code::new(match self {
            Self::NoStore(_) => "store/none",
            Self::NotAStore { .. } => "store/not-a-store",
            Self::Exists(_) => "store/exists",
            Self::NotACache(_) => "store/not-a-cache",
            Self::CacheInUse(_) => "store/cache-in-use",
            Self::TooLarge { .. } => "store/too-large",
            Self::TwoDescriptions { .. } => "store/two-descriptions",
            Self::NewerFormat { .. } => "store/newer-format",
            Self::Broken { .. } => "store/broken",
            Self::LedgerBroken { .. } => "store/ledger-broken",
            Self::AuditBroken { .. } => "store/audit-broken",
            Self::Busy { .. } => "store/busy",
            Self::Full { .. } => "store/disk-full",
            Self::Io { .. } => "store/io",
            Self::Differs(_) => "store/blob-differs",
            Self::NotHeld(_) => "store/not-held",
            Self::EventRefused(_) => "store/event-refused",
            Self::OutputExists(_) => "store/output-exists",
            Self::OutputNotAFile(_) => "store/output-not-a-file",
            Self::Cancelled(error) => return error.code(),
            Self::Entropy(error) => return error.code(),
        })
    }

    fn class(&self) -> Class {
        match self {
            Self::NoStore(_)
            | Self::NotAStore { .. }
            | Self::Exists(_)
            | Self::NotACache(_)
            | Self::CacheInUse(_)
            | Self::TooLarge { .. }
            | Self::TwoDescriptions { .. }
            | Self::NewerFormat { .. }
            | Self::Broken { .. }
            | Self::LedgerBroken { .. }
            | Self::AuditBroken { .. }
            | Self::Busy { .. }
            | Self::Full { .. }
            | Self::Io { .. }
            | Self::NotHeld(_)
            | Self::EventRefused(_) => Class::Environment,
            Self::Differs(_) => Class::Verification,
            Self::OutputExists(_) | Self::OutputNotAFile(_) => Class::Usage,
            Self::Cancelled(error) => error.class(),
            Self::Entropy(error) => error.class(),
        }
    }

    fn help(&self) -> Option<String> {
        let help = match self {
            Self::NoStore(_) => {
                "name the folder of the store with `--store` or AIRLOCK_STORE; `airlock diff` makes a new one"
            }
            Self::NotAStore { .. } => {
                "name the folder of the store with `--store` or AIRLOCK_STORE; a new store takes an empty folder"
            }
            Self::Exists(_) => "use it as it is, or name an empty folder",
            Self::NotACache(_) => "name an empty folder with `--cache` or AIRLOCK_CACHE",
            Self::CacheInUse(_) => {
                "wait until `airlock lock` and `airlock bundle` have ended, then clean it"
            }
            Self::TooLarge { .. } => "divide the images between two stores",
            Self::TwoDescriptions { .. } => "make both locks anew, from the same registry",
            Self::NewerFormat { .. } => {
                "use the version of airlock that wrote the store, or a newer one"
            }
            Self::Broken { .. } => "put the file back from a backup of the store",
            Self::LedgerBroken { .. } => {
                "put the ledger back from a backup; without it, bundles that were applied before could be applied again"
            }
            Self::AuditBroken { .. } => {
                "find out who changed the file; moved aside, a new chain begins, and the other side will see that"
            }
            Self::Busy { .. } => "wait until it has ended, then run the command again",
            Self::Full { .. } => {
                "free space there and run the command again: what is finished is kept"
            }
            Self::Io { source, .. } => return Some(io_help(source).to_owned()),
            Self::Differs(_) => "get the transfer again: what it carries is damaged or was changed",
            Self::NotHeld(_) => "run the command again with a bundle that carries it",
            Self::EventRefused(_) => {
                "run the command again: another one changed the ledger meanwhile"
            }
            Self::OutputExists(_) => "choose another name, or add `--force` to replace the file",
            Self::OutputNotAFile(_) => "choose the name of a file, or `-` for standard output",
            Self::Cancelled(error) => return error.help(),
            Self::Entropy(error) => return error.help(),
        };
        Some(help.to_owned())
    }
}

fn io_help(source: &io::Error) -> &'static str {
    let kind = source.kind();
    if kind == io::ErrorKind::PermissionDenied {
        "run the command as the user that owns the folder, or change its permissions"
    } else if kind == io::ErrorKind::ReadOnlyFilesystem {
        "mount the file system for writing, or name another folder"
    } else if kind == io::ErrorKind::CrossesDevices {
        "keep all of the folder on one file system"
    } else {
        "check the disk and the permissions of the folder, then run the command again"
    }
}
