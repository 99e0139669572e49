//! `airlock keys forget`.

use clap::Args;
use serde::Serialize;

use super::told;
use crate::cli::context::{Context, Outcome};
use crate::cli::exit::ExitStatus;
use crate::cli::folders::KeysFlag;
use crate::ops::keys::forget;

/// Arguments of `airlock keys forget`.
#[derive(Args, Debug)]
pub(crate) struct ForgetArguments {
    #[command(flatten)]
    keys: KeysFlag,
    /// A name, which means all its keys, or an id; retired or revoked
    #[arg(value_name = "KEY", required = true)]
    which: Vec<String>,
}

#[derive(Serialize)]
struct Report {
    schema: &'static str,
    forgotten: Vec<String>,
}

impl ForgetArguments {
    /// Forgets; a secret of one's own is then gone for good.
    pub(crate) fn run(&self, context: &Context) -> Outcome {
        let mut open = self.keys.edit(context)?;
        let forgotten = forget(&mut open, &self.which, context.run().clock)?;
        let output = context.output();
        if output.is_json() {
            output.data(&Report {
                schema: "airlock.keys.forget/1",
                forgotten: forgotten.iter().map(|key| key.kid.to_string()).collect(),
            })?;
        } else {
            output.say(&format!("forgotten: {}\n", told::labels(&forgotten)));
        }
        Ok(ExitStatus::Done)
    }
}
