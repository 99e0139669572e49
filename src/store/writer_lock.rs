//! The lock of the one writer.

use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom, Write as _};
use std::path::Path;

use rustix::fs::FlockOperation;
use rustix::io::Errno;

use super::StoreError;
use super::folder::{FILE_MODE, Folder};
use super::layout::LOCK;

/// An exclusive `flock` on `airlock/lock`. It goes with the process, however that ends.
#[derive(Debug)]
pub(super) struct WriterLock {
    file: File,
}

impl WriterLock {
    /// Takes the lock, or fails at once with [`StoreError::Busy`].
    pub(super) fn take(airlock: &Folder, store: &Path) -> Result<Self, StoreError> {
        let mut file = airlock.append_file(LOCK, FILE_MODE)?;
        match rustix::fs::flock(&file, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => {}
            Err(Errno::WOULDBLOCK) => {
                return Err(StoreError::Busy {
                    path: store.to_owned(),
                    pid: holder(&mut file),
                });
            }
            Err(errno) => {
                return Err(StoreError::io(
                    "lock",
                    &airlock.path().join(LOCK),
                    errno.into(),
                ));
            }
        }
        // The id is there only to be told to a person: a full disk does not matter.
        let noted = file
            .set_len(0)
            .and_then(|()| writeln!(file, "{}", std::process::id()));
        drop(noted);
        Ok(Self { file })
    }
}

impl Drop for WriterLock {
    /// Names nobody where nobody writes: a store that was left as it was is equal byte for byte. The
    /// lock is given back by name: a program that is just being started by another thread holds the
    /// file too, for a moment, and closing it here would not be enough.
    fn drop(&mut self) {
        drop(self.file.set_len(0));
        rustix::fs::flock(&self.file, FlockOperation::Unlock).ok();
    }
}

fn holder(file: &mut File) -> Option<u32> {
    let mut text = String::new();
    file.seek(SeekFrom::Start(0)).ok()?;
    file.take(32).read_to_string(&mut text).ok()?;
    text.trim().parse().ok()
}
