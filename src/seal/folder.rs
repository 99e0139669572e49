//! The keyring on disk: one file that only its owner can read.

use std::fs::{DirBuilder, File, OpenOptions, Permissions};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::{
    DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _, PermissionsExt as _,
};
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use super::{Keyring, SealError};
use crate::run::limits::MIB;
use crate::wire::json::JsonError;

/// The file in the folder.
const NAME: &str = "keyring.json";
/// What it is written as before it has its name.
const UNFINISHED: &str = ".keyring.json.new";
/// Longest keyring that is read, in bytes.
const LONGEST: u64 = MIB;

impl Keyring {
    /// Reads the keyring of a folder.
    ///
    /// Refuses a file that group or others can read, and a folder that they can write.
    pub fn load(folder: &Path) -> Result<Self, SealError> {
        let path = folder.join(NAME);
        let file = match File::open(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Err(SealError::NoKeys {
                    folder: folder.to_owned(),
                });
            }
            other => other.map_err(failed("read", &path))?,
        };
        let mode = file.metadata().map_err(failed("read", &path))?.mode();
        private(&path, mode, 0o077)?;
        let mode = folder.metadata().map_err(failed("read", folder))?.mode();
        private(folder, mode, 0o022)?;
        let mut bytes = Zeroizing::new(Vec::with_capacity(64 * 1024));
        #[expect(clippy::disallowed_methods, reason = "bounded by take")]
        file.take(LONGEST + 1)
            .read_to_end(&mut bytes)
            .map_err(failed("read", &path))?;
        if bytes.len() as u64 > LONGEST {
            let cause = JsonError::Limit {
                what: "bytes of the keyring",
                limit: LONGEST,
            };
            return Err(SealError::Keyring { path, cause });
        }
        Self::from_json(&bytes).map_err(|cause| SealError::Keyring { path, cause })
    }

    /// Tells whether a folder has a keyring, readable or not.
    pub fn exists(folder: &Path) -> bool {
        folder.join(NAME).symlink_metadata().is_ok()
    }

    /// Writes the keyring into a folder, which is made where it is missing.
    ///
    /// Without `replace`, fails when there is a keyring already, and leaves it as it is.
    pub fn save(&self, folder: &Path, replace: bool) -> Result<(), SealError> {
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(folder)
            .map_err(failed("make", folder))?;
        let mode = folder.metadata().map_err(failed("read", folder))?.mode();
        private(folder, mode, 0o022)?;
        let path = folder.join(NAME);
        if !replace && Self::exists(folder) {
            return Err(SealError::KeysExist { path });
        }
        let unfinished = folder.join(UNFINISHED);
        let written = self
            .write_file(&unfinished)
            .map_err(failed("write", &unfinished))
            .and_then(|()| give_name(&unfinished, &path, replace));
        if written.is_err() {
            // Best effort: the failure that is reported is the one that matters.
            drop(std::fs::remove_file(&unfinished));
        }
        written?;
        File::open(folder)
            .and_then(|folder| folder.sync_all())
            .map_err(failed("sync", folder))
    }

    fn write_file(&self, path: &Path) -> io::Result<()> {
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
        file.write_all(&self.to_json())?;
        file.sync_all()
    }
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

fn private(path: &Path, mode: u32, forbidden: u32) -> Result<(), SealError> {
    if mode & forbidden == 0 {
        Ok(())
    } else {
        Err(SealError::Exposed {
            path: path.to_owned(),
            mode: mode & 0o777,
        })
    }
}

fn failed(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> SealError {
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
    use crate::run::FixedEntropy;
    use crate::seal::{Phrase, WordCount};

    fn keyring(seed: u8) -> Keyring {
        let phrase = Phrase::generate(WordCount::Twelve, &FixedEntropy::new(seed)).unwrap();
        Keyring::from_phrase(&phrase)
    }

    fn mode(path: &Path) -> u32 {
        path.metadata().unwrap().mode() & 0o777
    }

    #[test]
    fn what_is_saved_is_private_and_read_again() {
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().join("a/b");
        keyring(1).save(&folder, false).unwrap();
        assert_eq!(mode(&folder), 0o700);
        assert_eq!(mode(&folder.join(NAME)), 0o600);
        assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 1);
        let read = Keyring::load(&folder).unwrap();
        assert_eq!(read.list(), keyring(1).list());
    }

    #[test]
    fn keys_are_replaced_only_when_that_was_asked_for() {
        let folder = tempfile::tempdir().unwrap();
        keyring(1).save(folder.path(), false).unwrap();
        assert!(matches!(
            keyring(2).save(folder.path(), false),
            Err(SealError::KeysExist { .. })
        ));
        assert_eq!(
            Keyring::load(folder.path()).unwrap().list(),
            keyring(1).list()
        );
        keyring(2).save(folder.path(), true).unwrap();
        assert_eq!(
            Keyring::load(folder.path()).unwrap().list(),
            keyring(2).list()
        );
    }

    #[test]
    fn a_name_that_is_taken_in_between_stays_taken() {
        let folder = tempfile::tempdir().unwrap();
        keyring(1).save(folder.path(), false).unwrap();
        let unfinished = folder.path().join(UNFINISHED);
        keyring(2).write_file(&unfinished).unwrap();
        let named = give_name(&unfinished, &folder.path().join(NAME), false);
        assert!(matches!(named, Err(SealError::KeysExist { .. })));
        assert_eq!(
            Keyring::load(folder.path()).unwrap().list(),
            keyring(1).list()
        );
    }

    #[test]
    fn keys_that_others_can_read_or_change_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        keyring(1).save(folder.path(), false).unwrap();
        let file = folder.path().join(NAME);
        for (path, bad, good) in [
            (file.as_path(), 0o640, 0o600),
            (&file, 0o604, 0o600),
            (&file, 0o620, 0o400),
            (folder.path(), 0o770, 0o755),
            (folder.path(), 0o702, 0o700),
        ] {
            std::fs::set_permissions(path, Permissions::from_mode(bad)).unwrap();
            assert!(
                matches!(Keyring::load(folder.path()), Err(SealError::Exposed { .. })),
                "{bad:o}"
            );
            std::fs::set_permissions(path, Permissions::from_mode(good)).unwrap();
            assert!(Keyring::load(folder.path()).is_ok(), "{good:o}");
        }
    }

    #[test]
    fn no_keys_and_broken_keys_are_told_apart() {
        let folder = tempfile::tempdir().unwrap();
        assert!(matches!(
            Keyring::load(folder.path()),
            Err(SealError::NoKeys { .. })
        ));
        keyring(1).save(folder.path(), false).unwrap();
        let file = OpenOptions::new()
            .write(true)
            .open(folder.path().join(NAME))
            .unwrap();
        file.set_len(100).unwrap();
        assert!(matches!(
            Keyring::load(folder.path()),
            Err(SealError::Keyring {
                cause: JsonError::NotCanonical { .. },
                ..
            })
        ));
        file.set_len(LONGEST + 1).unwrap();
        assert!(matches!(
            Keyring::load(folder.path()),
            Err(SealError::Keyring {
                cause: JsonError::Limit { .. },
                ..
            })
        ));
    }
}
