//! `airlock keys enter`.

use std::path::Path;

use super::Grace;
use crate::diagnostic::Failure;
use crate::run::Clock;
use crate::seal::{Fingerprint, Keyring, OpenKeyring, Phrase, SealError};

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

/// Lets the keys of a phrase take the place of those that are there, which stay for a grace.
pub fn enter_rotated(
    open: &mut OpenKeyring,
    typed: &str,
    grace: Grace,
    clock: &dyn Clock,
) -> Result<Fingerprint, Failure> {
    let fresh = Keyring::from_phrase(&Phrase::parse(typed)?);
    let now = clock.unix_seconds();
    open.keyring.rotate(fresh, grace.end(now), now)?;
    open.save()?;
    Ok(open.keyring.fingerprint()?)
}
