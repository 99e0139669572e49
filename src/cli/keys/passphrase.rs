//! `airlock keys passphrase`.

use std::path::PathBuf;

use clap::Args;
use serde::Serialize;

use super::ask::new_passphrase;
use crate::cli::context::{Context, Outcome};
use crate::cli::exit::ExitStatus;
use crate::cli::folders::KeysFlag;
use crate::seal::LockedError;

/// Arguments of `airlock keys passphrase`.
#[derive(Args, Debug)]
pub(crate) struct PassphraseArguments {
    #[command(flatten)]
    keys: KeysFlag,
    /// A file whose first line is the new passphrase, instead of being asked
    #[arg(long, value_name = "FILE")]
    new_passphrase_file: Option<PathBuf>,
    /// Take the passphrase away: the keyring is in the open then, for its owner alone
    #[arg(long, conflicts_with = "new_passphrase_file")]
    remove: bool,
}

#[derive(Serialize)]
struct Report {
    schema: &'static str,
    sealed: bool,
}

impl PassphraseArguments {
    /// Asks for the old passphrase where there is one, then for the new one.
    pub(crate) fn run(&self, context: &Context) -> Outcome {
        let mut open = self.keys.edit(context)?;
        if self.remove && !open.is_sealed() {
            let path = open.folder().to_owned();
            return Err(LockedError::NotSealed { path }.into());
        }
        let passphrase = if self.remove {
            None
        } else {
            Some(new_passphrase(self.new_passphrase_file.as_deref())?)
        };
        open.set_passphrase(passphrase);
        open.save()?;
        let output = context.output();
        if output.is_json() {
            output.data(&Report {
                schema: "airlock.keys.passphrase/1",
                sealed: open.is_sealed(),
            })?;
        } else if open.is_sealed() {
            output.say("the keyring is sealed; without the passphrase its keys are lost\n");
        } else {
            output.say("the keyring is no longer sealed\n");
        }
        Ok(ExitStatus::Done)
    }
}
