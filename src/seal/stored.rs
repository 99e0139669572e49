//! The keyring on disk: one file, in the open or sealed with a passphrase.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use super::folder::{check, failed, lock, make, private, publish, read_bounded};
use super::passphrase::{is_sealed, seal_with_passphrase, unseal};
use super::{Keyring, Passphrase, SealError};
use crate::run::limits::MIB;

/// The file in the folder.
const NAME: &str = "keyring.json";
/// Longest keyring that is read, in bytes.
const LONGEST: u64 = MIB;

/// What the file of a keyring holds, before it is opened.
pub struct StoredKeyring {
    path: PathBuf,
    bytes: Zeroizing<Vec<u8>>,
}

/// A keyring that is about to be changed: nobody else changes it meanwhile.
#[derive(Debug)]
pub struct OpenKeyring {
    /// The keyring; [`save`](Self::save) writes it.
    pub keyring: Keyring,
    folder: PathBuf,
    passphrase: Option<Passphrase>,
    _lock: File,
}

impl StoredKeyring {
    /// Reads the file of a folder.
    ///
    /// Refuses a file that group or others can read, and a folder that they can write.
    pub fn read(folder: &Path) -> Result<Self, SealError> {
        let path = folder.join(NAME);
        let file = match File::open(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Err(SealError::NoKeys {
                    folder: folder.to_owned(),
                });
            }
            other => other.map_err(failed("read", &path))?,
        };
        private(
            &path,
            &file.metadata().map_err(failed("read", &path))?,
            0o077,
        )?;
        check(folder)?;
        let bytes = read_bounded(file, LONGEST, &path)?;
        Ok(Self { path, bytes })
    }

    /// Tells whether a passphrase is needed.
    pub fn is_sealed(&self) -> bool {
        is_sealed(&self.bytes)
    }

    /// Returns the file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Opens it; a passphrase that is not needed is not looked at.
    pub fn open(&self, passphrase: Option<&Passphrase>) -> Result<Keyring, SealError> {
        let plain = if self.is_sealed() {
            &unseal(&self.bytes, passphrase, &self.path)?
        } else {
            &self.bytes
        };
        Keyring::from_json(plain).map_err(|cause| SealError::Keyring {
            path: self.path.clone(),
            cause,
        })
    }
}

impl OpenKeyring {
    /// Opens the keyring of a folder to change it. `ask` gives the passphrase where one is needed.
    pub fn open<E: From<SealError>>(
        folder: &Path,
        ask: impl FnOnce(&Path) -> Result<Passphrase, E>,
    ) -> Result<Self, E> {
        // Without keys there is nothing to lock.
        StoredKeyring::read(folder)?;
        let lock = lock(folder)?;
        let stored = StoredKeyring::read(folder)?;
        let passphrase = if stored.is_sealed() {
            Some(ask(stored.path())?)
        } else {
            None
        };
        Ok(Self {
            keyring: stored.open(passphrase.as_ref())?,
            folder: folder.to_owned(),
            passphrase,
            _lock: lock,
        })
    }

    /// Returns the folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Tells whether it is sealed.
    pub fn is_sealed(&self) -> bool {
        self.passphrase.is_some()
    }

    /// Seals it with another passphrase from now on; with none, it is no longer sealed.
    pub fn set_passphrase(&mut self, passphrase: Option<Passphrase>) {
        self.passphrase = passphrase;
    }

    /// Writes the keyring in place of the one that was read.
    pub fn save(&self) -> Result<(), SealError> {
        self.keyring
            .write_file(&self.folder, self.passphrase.as_ref(), true)
    }
}

impl Keyring {
    /// Reads the keyring of a folder that is not sealed with a passphrase.
    pub fn load(folder: &Path) -> Result<Self, SealError> {
        StoredKeyring::read(folder)?.open(None)
    }

    /// Tells whether a folder has a keyring, readable or not.
    pub fn exists(folder: &Path) -> bool {
        folder.join(NAME).symlink_metadata().is_ok()
    }

    /// Writes the keyring into a folder, which is made where it is missing.
    ///
    /// Without `replace`, fails when there is a keyring already, and leaves it as it is.
    pub fn save(&self, folder: &Path, replace: bool) -> Result<(), SealError> {
        self.save_sealed(folder, None, replace)
    }

    /// The same, sealed with a passphrase where one is given.
    pub fn save_sealed(
        &self,
        folder: &Path,
        passphrase: Option<&Passphrase>,
        replace: bool,
    ) -> Result<(), SealError> {
        make(folder)?;
        let _lock = lock(folder)?;
        if !replace && Self::exists(folder) {
            let path = folder.join(NAME);
            return Err(SealError::KeysExist { path });
        }
        self.write_file(folder, passphrase, replace)
    }

    fn write_file(
        &self,
        folder: &Path,
        passphrase: Option<&Passphrase>,
        replace: bool,
    ) -> Result<(), SealError> {
        let plain = self.to_json();
        let path = folder.join(NAME);
        match passphrase {
            None => publish(&path, &plain, replace),
            Some(passphrase) => publish(
                &path,
                &seal_with_passphrase(&plain, passphrase.text())?,
                replace,
            ),
        }
    }
}

impl std::fmt::Debug for StoredKeyring {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "StoredKeyring({})", self.path.display())
    }
}

#[cfg(test)]
mod tests {
    use std::fs::{OpenOptions, Permissions};
    use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};

    use super::*;
    use crate::run::FixedEntropy;
    use crate::seal::{LockedError, Phrase, WordCount};
    use crate::wire::json::JsonError;

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

    #[test]
    fn a_sealed_keyring_opens_with_its_passphrase_alone() {
        let folder = tempfile::tempdir().unwrap();
        let (right, wrong) = (
            Passphrase::new("correct horse"),
            Passphrase::new("wrong horse"),
        );
        keyring(1)
            .save_sealed(folder.path(), Some(&right), false)
            .unwrap();
        assert_eq!(mode(&folder.path().join(NAME)), 0o600);
        let stored = StoredKeyring::read(folder.path()).unwrap();
        assert!(stored.is_sealed());
        assert_eq!(stored.open(Some(&right)).unwrap().list(), keyring(1).list());
        assert!(matches!(
            stored.open(Some(&wrong)),
            Err(SealError::Locked(LockedError::WrongPassphrase { .. }))
        ));
        assert!(matches!(
            Keyring::load(folder.path()),
            Err(SealError::Locked(LockedError::NoPassphrase { .. }))
        ));
    }

    #[test]
    fn a_change_keeps_the_passphrase() {
        let folder = tempfile::tempdir().unwrap();
        let ask = |_: &Path| Ok::<_, SealError>(Passphrase::new("correct horse"));
        keyring(1).save(folder.path(), false).unwrap();
        let mut open = OpenKeyring::open(folder.path(), ask).unwrap();
        assert!(!open.is_sealed());
        open.set_passphrase(Some(Passphrase::new("correct horse")));
        open.save().unwrap();
        drop(open);
        let mut open = OpenKeyring::open(folder.path(), ask).unwrap();
        open.keyring = keyring(2);
        open.save().unwrap();
        drop(open);
        let stored = StoredKeyring::read(folder.path()).unwrap();
        assert!(stored.is_sealed());
        let read = stored
            .open(Some(&Passphrase::new("correct horse")))
            .unwrap();
        assert_eq!(read.list(), keyring(2).list());
    }
}
