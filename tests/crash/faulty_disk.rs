//! A disk that fails at a chosen step, and one that forgets what was not synced.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io;
use std::os::fd::{BorrowedFd, OwnedFd};
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;
use std::sync::Mutex;

use airlock::store::{At, Disk, RealDisk};
use rustix::fs::AtFlags;

/// What happens at the chosen step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// The process dies: that step and all after it do nothing, a write gets half way.
    Death,
    /// The disk is full for that one step: a write gets half way, a rename does nothing.
    Full,
}

/// Counts the steps, and fails at one.
#[derive(Debug)]
pub(crate) struct FaultyDisk {
    fault: Fault,
    at: usize,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    steps: usize,
    dead: bool,
    /// By inode: how much of a file is on the platter; absent where all is.
    synced: BTreeMap<u64, u64>,
    renames: Vec<Rename>,
}

/// A rename that no sync of the folder made durable yet.
#[derive(Debug)]
struct Rename {
    from: (OwnedFd, String),
    to: (OwnedFd, String),
    to_inode: u64,
    /// A second name of what the rename replaced.
    before: Option<String>,
}

impl FaultyDisk {
    /// Fails at step `at`, counted from 0.
    pub(crate) fn new(fault: Fault, at: usize) -> Self {
        Self {
            fault,
            at,
            state: Mutex::default(),
        }
    }

    /// Never fails, and never waits for the platter: for tests that make many stores.
    pub(crate) fn hasty() -> Self {
        Self::new(Fault::Death, usize::MAX)
    }

    /// How many steps were asked for.
    pub(crate) fn steps(&self) -> usize {
        self.state.lock().unwrap().steps
    }

    /// Loses the bytes that were written and not synced, in every file below `folder`.
    pub(crate) fn lose_bytes(&self, folder: &Path) {
        let state = self.state.lock().unwrap();
        for path in files(folder) {
            let inode = path.metadata().unwrap().ino();
            if let Some(length) = state.synced.get(&inode) {
                // Blobs are read-only files: that does not stop a power loss.
                let file = rustix::fs::open(&path, rustix::fs::OFlags::WRONLY, 0.into()).unwrap();
                rustix::fs::ftruncate(&file, *length).unwrap();
            }
        }
    }

    /// Takes back the renames that no sync made durable, the last one first.
    pub(crate) fn lose_names(&self) {
        for rename in self.state.lock().unwrap().renames.drain(..).rev() {
            let (to, from) = (&rename.to, &rename.from);
            rustix::fs::renameat(&to.0, &to.1, &from.0, &from.1).unwrap();
            if let Some(before) = &rename.before {
                rustix::fs::renameat(&to.0, before, &to.0, &to.1).unwrap();
            }
        }
        self.forget_backups();
    }

    /// Removes the second names made for [`lose_names`](Self::lose_names).
    pub(crate) fn forget_backups(&self) {
        for rename in self.state.lock().unwrap().renames.drain(..) {
            if let Some(before) = &rename.before {
                rustix::fs::unlinkat(&rename.to.0, before, AtFlags::empty()).unwrap();
            }
        }
    }

    /// Counts a step; true where it is the one to fail.
    fn step(&self) -> io::Result<bool> {
        let mut state = self.state.lock().unwrap();
        if state.dead {
            return Err(io::Error::other("dead"));
        }
        let failing = state.steps == self.at;
        state.steps += 1;
        state.dead = failing && self.fault == Fault::Death;
        Ok(failing)
    }

    fn failure(&self) -> io::Error {
        match self.fault {
            Fault::Death => io::Error::other("dead"),
            Fault::Full => io::ErrorKind::StorageFull.into(),
        }
    }
}

impl Disk for FaultyDisk {
    fn write(&self, file: &File, bytes: &[u8]) -> io::Result<()> {
        let failing = self.step()?;
        let before = file.metadata()?;
        let mut state = self.state.lock().unwrap();
        state.synced.entry(before.ino()).or_insert(before.len());
        drop(state);
        if failing {
            RealDisk.write(file, &bytes[..bytes.len() / 2])?;
            return Err(self.failure());
        }
        RealDisk.write(file, bytes)
    }

    fn truncate(&self, file: &File, length: u64) -> io::Result<()> {
        if self.step()? {
            return Err(self.failure());
        }
        RealDisk.truncate(file, length)
    }

    fn sync(&self, what: BorrowedFd<'_>) -> io::Result<()> {
        if self.step()? {
            return Err(self.failure());
        }
        let inode = rustix::fs::fstat(what)?.st_ino;
        let mut state = self.state.lock().unwrap();
        state.synced.remove(&inode);
        let (durable, still) = std::mem::take(&mut state.renames)
            .into_iter()
            .partition(|rename| rename.to_inode == inode);
        state.renames = durable;
        drop(state);
        self.forget_backups();
        self.state.lock().unwrap().renames = still;
        Ok(())
    }

    fn sync_all(&self, _: BorrowedFd<'_>) -> io::Result<()> {
        if self.step()? {
            return Err(self.failure());
        }
        self.state.lock().unwrap().synced.clear();
        self.forget_backups();
        Ok(())
    }

    fn rename(&self, from: At<'_>, to: At<'_>, replace: bool) -> io::Result<()> {
        if self.step()? {
            return Err(self.failure());
        }
        let mut state = self.state.lock().unwrap();
        let backup = format!("before-{}", state.steps);
        let linked = rustix::fs::linkat(
            to.folder,
            to.name,
            to.folder,
            backup.as_str(),
            AtFlags::empty(),
        );
        RealDisk.rename(from, to, replace)?;
        state.renames.push(Rename {
            from: (from.folder.try_clone_to_owned()?, from.name.to_owned()),
            to: (to.folder.try_clone_to_owned()?, to.name.to_owned()),
            to_inode: rustix::fs::fstat(to.folder)?.st_ino,
            before: linked.is_ok().then_some(backup),
        });
        Ok(())
    }

    fn remove(&self, at: At<'_>) -> io::Result<()> {
        if self.step()? {
            return Err(self.failure());
        }
        RealDisk.remove(at)
    }
}

/// Every file below a folder.
pub(crate) fn files(folder: &Path) -> Vec<std::path::PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.push(path);
        }
    }
    found.sort();
    found
}
