//! Arguments of `airlock keys`.

use clap::{Args, Subcommand};

use super::enter::EnterArguments;
use super::export::ExportArguments;
use super::new::NewArguments;
use crate::cli::context::{Context, Outcome};

/// Arguments of `airlock keys`.
#[derive(Args, Debug)]
pub(crate) struct KeysArguments {
    /// What to do with keys.
    #[command(subcommand)]
    command: KeysCommand,
}

/// What to do with keys.
#[derive(Debug, Subcommand)]
enum KeysCommand {
    /// Take over the keys of the other side, from its phrase
    Enter(EnterArguments),
    /// Print the secret identities for other tools
    Export(ExportArguments),
    /// Make keys, and print the phrase once that gives them to the other side
    New(NewArguments),
}

impl KeysArguments {
    /// Runs the command.
    pub(crate) fn run(&self, context: &Context) -> Outcome {
        match &self.command {
            KeysCommand::Enter(arguments) => arguments.run(context),
            KeysCommand::Export(arguments) => arguments.run(context),
            KeysCommand::New(arguments) => arguments.run(context),
        }
    }
}
