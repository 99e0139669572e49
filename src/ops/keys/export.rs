//! `airlock keys export --age`.

use std::path::Path;

use zeroize::Zeroizing;

use crate::diagnostic::Failure;
use crate::seal::Keyring;

/// Returns the identities of a folder's keyring as `age -i` reads them. They are secret.
pub fn export_identities(folder: &Path) -> Result<Zeroizing<String>, Failure> {
    Ok(Keyring::load(folder)?.age_identities())
}
