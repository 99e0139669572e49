//! How a command gets the keyring: the folder, and the passphrase where it is sealed.

use std::path::Path;

use super::ask::{passphrase_at_terminal, passphrase_in};
use crate::cli::context::Context;
use crate::cli::folders::KeysFlag;
use crate::diagnostic::Failure;
use crate::seal::{Keyring, LockedError, OpenKeyring, Passphrase, StoredKeyring};

impl KeysFlag {
    /// Reads the keyring; asks for the passphrase where it is sealed.
    pub(crate) fn load(&self, context: &Context) -> Result<Keyring, Failure> {
        let stored = StoredKeyring::read(&self.folder(context.environment())?)?;
        let passphrase = if stored.is_sealed() {
            Some(self.passphrase(stored.path())?)
        } else {
            None
        };
        Ok(stored.open(passphrase.as_ref())?)
    }

    /// Reads the keyring to change it.
    pub(crate) fn edit(&self, context: &Context) -> Result<OpenKeyring, Failure> {
        let folder = self.folder(context.environment())?;
        OpenKeyring::open(&folder, |path| self.passphrase(path))
    }

    fn passphrase(&self, keyring: &Path) -> Result<Passphrase, Failure> {
        if let Some(path) = &self.passphrase_file {
            return Ok(passphrase_in(path)?);
        }
        let prompt = format!("passphrase of {} (not shown): ", keyring.display());
        match passphrase_at_terminal(&prompt)? {
            Some(passphrase) => Ok(passphrase),
            None => Err(LockedError::NoPassphrase {
                path: keyring.to_owned(),
            }
            .into()),
        }
    }
}
