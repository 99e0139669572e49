//! `airlock keys forget`.

use clap::Args;

use super::which::{Ending, WhichKeys};
use crate::cli::context::{Context, Outcome};
use crate::ops::keys::forget;

/// Arguments of `airlock keys forget`.
#[derive(Args, Debug)]
pub(crate) struct ForgetArguments {
    #[command(flatten)]
    keys: WhichKeys,
}

/// What the command does.
const ENDING: Ending = Ending {
    schema: "airlock.keys.forget/1",
    done: "forgotten",
    act: forget,
};

impl ForgetArguments {
    /// Forgets what is retired or revoked; a secret of one's own is then gone for good.
    pub(crate) fn run(&self, context: &Context) -> Outcome {
        self.keys.end(&ENDING, context)
    }
}
