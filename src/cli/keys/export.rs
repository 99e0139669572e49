//! `airlock keys export`.

use clap::Args;

use crate::cli::context::{Context, Outcome};
use crate::cli::exit::ExitStatus;
use crate::cli::folders::KeysFlag;

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
        let identities = self.keys.load(context)?.age_identities();
        context.output().bytes(identities.as_bytes())?;
        Ok(ExitStatus::Done)
    }
}
