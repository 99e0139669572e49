//! `airlock man`: manual pages from the arguments themselves.

use clap::{Args, CommandFactory as _};

use super::arguments::Arguments;
use super::context::{Context, Outcome};
use super::exit::ExitStatus;
use super::output::OutputError;

/// Arguments of `airlock man`.
#[derive(Args, Debug)]
pub(crate) struct ManArguments {
    /// The command to print the page of; without it, the page of airlock itself
    command: Option<String>,
}

impl ManArguments {
    /// Prints the page in roff, for `man -l -`.
    pub(crate) fn run(&self, context: &Context) -> Outcome {
        let mut root = Arguments::command();
        root.build();
        let page = match &self.command {
            None => root,
            Some(name) => root
                .find_subcommand(name)
                .cloned()
                .ok_or_else(|| OutputError::NoSuchPage(name.clone()))?,
        };
        let mut roff = Vec::new();
        clap_mangen::Man::new(page)
            .render(&mut roff)
            .map_err(OutputError::from)?;
        context.output().bytes(&roff)?;
        Ok(ExitStatus::Done)
    }
}
