//! The folder of the keyring: files that only their owner can read, replaced at once.

use std::fs::{DirBuilder, File, Metadata, OpenOptions, Permissions};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::{
    DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _, PermissionsExt as _,
};
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use super::SealError;
use crate::wire::json::JsonError;

/// What a file is written as before it has its name.
const UNFINISHED: &str = ".keyring.json.new";

/// Makes the folder where it is missing, and refuses one that others can write.
pub(super) fn make(folder: &Path) -> Result<(), SealError> {
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)
        .map_err(failed("make", folder))?;
    check(folder)
}

/// Refuses a folder that others can write.
pub(super) fn check(folder: &Path) -> Result<(), SealError> {
    let metadata = folder.metadata().map_err(failed("read", folder))?;
    private(folder, &metadata, 0o022)
}

/// Waits until nobody else changes the folder; the lock ends with the handle.
pub(super) fn lock(folder: &Path) -> Result<File, SealError> {
    let handle = File::open(folder).map_err(failed("open", folder))?;
    handle.lock().map_err(failed("lock", folder))?;
    Ok(handle)
}

/// Writes a file and gives it its name; without `replace`, fails where the name is taken.
pub(super) fn publish(path: &Path, bytes: &[u8], replace: bool) -> Result<(), SealError> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let unfinished = folder.join(UNFINISHED);
    let written = write_file(&unfinished, bytes)
        .map_err(failed("write", &unfinished))
        .and_then(|()| give_name(&unfinished, path, replace));
    if written.is_err() {
        // Best effort: the failure that is reported is the one that matters.
        drop(std::fs::remove_file(&unfinished));
    }
    written?;
    File::open(folder)
        .and_then(|folder| folder.sync_all())
        .map_err(failed("sync", folder))
}

/// Reads a whole file that may have so many bytes at most; what was read is wiped when dropped.
pub(super) fn read_bounded(
    file: File,
    most: u64,
    path: &Path,
) -> Result<Zeroizing<Vec<u8>>, SealError> {
    let room = file
        .metadata()
        .map_or(0, |metadata| metadata.len())
        .min(most);
    // The buffer never grows, so that no part of a secret is left behind.
    let room = usize::try_from(room).unwrap_or(0).saturating_add(64 * 1024);
    let mut bytes = Zeroizing::new(Vec::with_capacity(room));
    #[expect(clippy::disallowed_methods, reason = "bounded by take")]
    file.take(most.saturating_add(1))
        .read_to_end(&mut bytes)
        .map_err(failed("read", path))?;
    if bytes.len() as u64 > most {
        let path = path.to_owned();
        let cause = JsonError::Limit {
            what: "bytes of a file of keys",
            limit: most,
        };
        return Err(SealError::Keyring { path, cause });
    }
    Ok(bytes)
}

fn write_file(path: &Path, bytes: &[u8]) -> io::Result<()> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)?;
    // Exact whatever the umask, which could take rights from the owner.
    file.set_permissions(Permissions::from_mode(0o600))?;
    file.write_all(bytes)?;
    file.sync_all()
}

/// Gives a finished file its name; a link fails where the name is taken, a rename replaces.
fn give_name(unfinished: &Path, path: &Path, replace: bool) -> Result<(), SealError> {
    if replace {
        return std::fs::rename(unfinished, path).map_err(failed("replace", path));
    }
    match std::fs::hard_link(unfinished, path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Err(SealError::KeysExist {
            path: path.to_owned(),
        }),
        other => other
            .and_then(|()| std::fs::remove_file(unfinished))
            .map_err(failed("write", path)),
    }
}

/// Refuses a file or folder with permissions for others.
pub(super) fn private(path: &Path, metadata: &Metadata, forbidden: u32) -> Result<(), SealError> {
    let mode = metadata.mode();
    if mode & forbidden == 0 {
        Ok(())
    } else {
        Err(SealError::Exposed {
            path: path.to_owned(),
            mode: mode & 0o777,
        })
    }
}

/// Says what could not be done with a file of keys.
pub(super) fn failed(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> SealError {
    let path: PathBuf = path.to_owned();
    move |cause| SealError::KeyFile {
        action,
        path,
        cause,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_is_taken_in_between_stays_taken() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keys");
        publish(&path, b"one", false).unwrap();
        let unfinished = folder.path().join(UNFINISHED);
        write_file(&unfinished, b"two").unwrap();
        assert!(matches!(
            give_name(&unfinished, &path, false),
            Err(SealError::KeysExist { .. })
        ));
        let read = read_bounded(File::open(&path).unwrap(), 3, &path).unwrap();
        assert_eq!(read.as_slice(), b"one");
        assert!(read_bounded(File::open(&path).unwrap(), 2, &path).is_err());
    }

    #[test]
    fn one_at_a_time_changes_a_folder() {
        let folder = tempfile::tempdir().unwrap();
        let held = lock(folder.path()).unwrap();
        let second = File::open(folder.path()).unwrap();
        assert!(second.try_lock().is_err());
        drop(held);
        // Waits: a process that another test begins may hold a copy of the handle for a moment.
        second.lock().unwrap();
    }
}
