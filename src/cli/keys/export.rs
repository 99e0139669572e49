//! `airlock keys export`.

use clap::Args;

use crate::cli::context::{Context, Outcome};
use crate::cli::exit::ExitStatus;
use crate::cli::folders::KeysFlag;
use crate::ops::keys::export_identities;

/// Arguments of `airlock keys export`.
#[derive(Args, Debug)]
pub(crate) struct ExportArguments {
    #[command(flatten)]
    keys: KeysFlag,
    /// As an identity file for `age -d -i`
    #[arg(long, required = true)]
    age: bool,
}

impl ExportArguments {
    /// Prints the identities. They are secret: whoever has them opens every envelope.
    pub(crate) fn run(&self, context: &Context) -> Outcome {
        let folder = self.keys.folder(context.environment())?;
        context
            .output()
            .bytes(export_identities(&folder)?.as_bytes())?;
        Ok(ExitStatus::Done)
    }
}
