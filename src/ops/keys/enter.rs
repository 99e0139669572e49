//! `airlock keys enter`.

use std::path::Path;

use crate::diagnostic::Failure;
use crate::seal::{Fingerprint, Keyring, Phrase, SealError};

/// Fails when keys may not be saved into a folder: ask before a person is asked for the phrase.
pub fn may_save(folder: &Path, replace: bool) -> Result<(), SealError> {
    if !replace && Keyring::exists(folder) {
        return Err(SealError::KeysExist {
            path: folder.to_owned(),
        });
    }
    Ok(())
}

/// Reads a phrase as it was typed and saves its keys into a folder.
///
/// Without `replace`, fails when there are keys already.
pub fn enter_keys(folder: &Path, typed: &str, replace: bool) -> Result<Fingerprint, Failure> {
    may_save(folder, replace)?;
    let keyring = Keyring::from_phrase(&Phrase::parse(typed)?);
    keyring.save(folder, replace)?;
    Ok(keyring.fingerprint()?)
}
