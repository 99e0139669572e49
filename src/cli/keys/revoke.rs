//! `airlock keys revoke`.

use clap::Args;
use serde::Serialize;

use super::told;
use crate::cli::context::{Context, Outcome};
use crate::cli::exit::ExitStatus;
use crate::cli::folders::KeysFlag;
use crate::ops::keys::revoke;

/// Arguments of `airlock keys revoke`.
#[derive(Args, Debug)]
pub(crate) struct RevokeArguments {
    #[command(flatten)]
    keys: KeysFlag,
    /// A name, which means all its keys, or an id; one's own or a trusted one
    #[arg(value_name = "KEY", required = true)]
    which: Vec<String>,
}

#[derive(Serialize)]
struct Report {
    schema: &'static str,
    revoked: Vec<String>,
}

impl RevokeArguments {
    /// Revokes; whatever the keys signed is refused from now on.
    pub(crate) fn run(&self, context: &Context) -> Outcome {
        let mut open = self.keys.edit(context)?;
        let revoked = revoke(&mut open, &self.which, context.run().clock)?;
        let output = context.output();
        if output.is_json() {
            output.data(&Report {
                schema: "airlock.keys.revoke/1",
                revoked: revoked.iter().map(|key| key.kid.to_string()).collect(),
            })?;
        } else if revoked.is_empty() {
            output.say("revoked before; nothing was done\n");
        } else {
            output.say(&format!("revoked: {}\n", told::labels(&revoked)));
        }
        Ok(ExitStatus::Done)
    }
}
