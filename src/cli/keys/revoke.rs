//! `airlock keys revoke`.

use clap::Args;

use super::which::{Ending, WhichKeys};
use crate::cli::context::{Context, Outcome};
use crate::ops::keys::revoke;

/// Arguments of `airlock keys revoke`.
#[derive(Args, Debug)]
pub(crate) struct RevokeArguments {
    #[command(flatten)]
    keys: WhichKeys,
}

/// What the command does.
const ENDING: Ending = Ending {
    schema: "airlock.keys.revoke/1",
    done: "revoked",
    act: revoke,
};

impl RevokeArguments {
    /// Revokes; whatever the keys signed is refused from now on.
    pub(crate) fn run(&self, context: &Context) -> Outcome {
        self.keys.end(&ENDING, context)
    }
}
