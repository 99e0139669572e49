//! `airlock keys enter`.

use std::path::Path;

use super::Grace;
use crate::diagnostic::Failure;
use crate::run::Clock;
use crate::seal::{
    Fingerprint, Keyring, LockedError, OpenKeyring, Passphrase, Phrase, SealError, StoredKeyring,
};

/// Fails when keys may not be saved into a folder: ask before a person is asked for the phrase.
///
/// `seals` says that they will be sealed: what was sealed is not replaced by keys in the open.
pub fn may_save(folder: &Path, replace: bool, seals: bool) -> Result<(), SealError> {
    let path = folder.to_owned();
    if !replace && Keyring::exists(folder) {
        return Err(SealError::KeysExist { path });
    }
    // A keyring that cannot be read may be replaced: that is how it is mended.
    match StoredKeyring::read(folder) {
        Ok(stored) if stored.is_sealed() && !seals => Err(LockedError::Unseals { path }.into()),
        _ => Ok(()),
    }
}

/// Reads a phrase as it was typed and saves its keys into a folder, sealed where a passphrase is
/// given.
///
/// Without `replace`, fails when there are keys already.
pub fn enter_keys(
    folder: &Path,
    typed: &str,
    passphrase: Option<&Passphrase>,
    replace: bool,
) -> Result<Fingerprint, Failure> {
    may_save(folder, replace, passphrase.is_some())?;
    let keyring = Keyring::from_phrase(&Phrase::parse(typed)?);
    keyring.save_sealed(folder, passphrase, replace)?;
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
