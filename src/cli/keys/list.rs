//! `airlock keys list`.

use clap::Args;
use serde::Serialize;

use super::told::{self, KeyLine};
use crate::cli::context::{Context, Outcome};
use crate::cli::exit::ExitStatus;
use crate::cli::folders::KeysFlag;

/// Arguments of `airlock keys list`.
#[derive(Args, Debug)]
pub(crate) struct ListArguments {
    #[command(flatten)]
    keys: KeysFlag,
}

#[derive(Serialize)]
struct Listed {
    schema: &'static str,
    keys: Vec<KeyLine>,
}

impl ListArguments {
    /// Lists one's own keys first, then the trusted cards.
    pub(crate) fn run(&self, context: &Context) -> Outcome {
        let keyring = self.keys.load(context)?;
        let now = context.run().clock.unix_seconds();
        let output = context.output();
        if output.is_json() {
            output.data(&Listed {
                schema: "airlock.keys.list/1",
                keys: keyring
                    .list()
                    .iter()
                    .map(|entry| KeyLine::of(entry, now))
                    .collect(),
            })?;
        } else {
            let lines: String = keyring
                .list()
                .iter()
                .map(|entry| told::key(entry, now))
                .collect();
            output.say(&lines);
        }
        Ok(ExitStatus::Done)
    }
}
