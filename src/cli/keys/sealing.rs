//! Whether a new keyring is sealed with a passphrase.

use std::path::PathBuf;

use clap::Args;

use super::ask::new_passphrase;
use super::error::KeysError;
use crate::seal::Passphrase;

/// Whether a new keyring is sealed, and where the passphrase comes from.
#[derive(Args, Debug)]
pub(super) struct SealFlags {
    /// Seal the keyring with a passphrase
    #[arg(long)]
    pub(super) seal: bool,
    /// A file whose first line is that passphrase, instead of being asked
    #[arg(long, value_name = "FILE", requires = "seal")]
    new_passphrase_file: Option<PathBuf>,
}

impl SealFlags {
    /// Gets the passphrase where one is wanted.
    pub(super) fn passphrase(&self) -> Result<Option<Passphrase>, KeysError> {
        self.seal
            .then(|| new_passphrase(self.new_passphrase_file.as_deref()))
            .transpose()
    }
}
