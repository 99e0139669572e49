//! Which lock a command reads.

use std::path::{Path, PathBuf};

use clap::Args;

/// The name of the lock where none is given.
pub(crate) const LOCKFILE: &str = "airlock.lock";

/// The lock.
#[derive(Args, Clone, Debug)]
pub(crate) struct LockfileFlag {
    /// The lock [default: airlock.lock in the current folder]
    #[arg(long, value_name = "FILE", env = "AIRLOCK_LOCKFILE")]
    pub(crate) lockfile: Option<PathBuf>,
}

impl LockfileFlag {
    /// Returns the path of the lock.
    pub(crate) fn path(&self) -> &Path {
        self.lockfile.as_deref().unwrap_or(Path::new(LOCKFILE))
    }
}
