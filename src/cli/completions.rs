//! `airlock completions`: shell completions from the arguments themselves.

use clap::{Args, CommandFactory as _};
use clap_complete::Shell;

use super::arguments::Arguments;
use super::context::{Context, Outcome};
use super::exit::ExitStatus;

/// Arguments of `airlock completions`.
#[derive(Args, Debug)]
pub(crate) struct CompletionsArguments {
    /// The shell
    #[arg(value_enum)]
    shell: Shell,
}

impl CompletionsArguments {
    /// Prints the script.
    pub(crate) fn run(&self, context: &Context) -> Outcome {
        let mut script = Vec::new();
        clap_complete::generate(
            self.shell,
            &mut Arguments::command(),
            "airlock",
            &mut script,
        );
        context.output().bytes(&script)?;
        Ok(ExitStatus::Done)
    }
}
