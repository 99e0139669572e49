//! The keys of a command that opens envelopes: the keyring, and an identity file beside it.

use std::path::PathBuf;

use clap::Args;

use super::plugin::PluginTalk;
use crate::cli::context::Context;
use crate::cli::folders::KeysFlag;
use crate::diagnostic::Failure;
use crate::seal::{IdentityFile, Keyring};

/// The keyring and the identity file.
#[derive(Args, Clone, Debug)]
pub(crate) struct OpeningKeysFlag {
    #[command(flatten)]
    keys: KeysFlag,
    /// Identities of age that open as well, those of hardware tokens among them
    #[arg(long, value_name = "FILE", env = "AIRLOCK_IDENTITY_FILE")]
    identity_file: Option<PathBuf>,
}

impl OpeningKeysFlag {
    /// Reads the keyring, and the identity file where one is given.
    pub(crate) fn load(&self, context: &Context) -> Result<Keyring, Failure> {
        let mut keyring = self.keys.load(context)?;
        if let Some(path) = &self.identity_file {
            keyring.add_identity_file(IdentityFile::load(path, PluginTalk)?);
        }
        Ok(keyring)
    }
}
