//! Arguments of `airlock demo`.

use clap::Args;

use super::trip;
use crate::cli::context::{Context, Outcome};
use crate::cli::exit::ExitStatus;

/// Arguments of `airlock demo`.
#[derive(Args, Debug)]
pub(crate) struct DemoArguments {}

impl DemoArguments {
    /// Walks the whole trip.
    #[expect(
        clippy::unused_self,
        reason = "every command has arguments, this one none yet"
    )]
    pub(crate) fn run(&self, context: &Context) -> Outcome {
        trip::walk(context)?;
        Ok(ExitStatus::Done)
    }
}
