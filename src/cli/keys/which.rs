//! The keys that a command ends, and what it says of them.

use clap::Args;
use serde::Serialize;

use crate::cli::context::{Context, Outcome};
use crate::cli::exit::ExitStatus;
use crate::cli::folders::KeysFlag;
use crate::diagnostic::Failure;
use crate::run::Clock;
use crate::seal::{KeyLabel, OpenKeyring};

/// The keyring, and some of its keys.
#[derive(Args, Debug)]
pub(super) struct WhichKeys {
    #[command(flatten)]
    keys: KeysFlag,
    /// A name, which means all its keys, or an id; one's own or a trusted one
    #[arg(value_name = "KEY", required = true)]
    which: Vec<String>,
}

/// Ends keys by name or id, and returns those that it ended.
type Act = fn(&mut OpenKeyring, &[String], &dyn Clock) -> Result<Vec<KeyLabel>, Failure>;

/// What is done to them: to all or to none.
pub(super) struct Ending {
    pub(super) schema: &'static str,
    /// What they are afterwards.
    pub(super) done: &'static str,
    pub(super) act: Act,
}

#[derive(Serialize)]
struct Report {
    schema: &'static str,
    keys: Vec<String>,
}

impl WhichKeys {
    /// Does it, and tells which keys it was done to.
    pub(super) fn end(&self, ending: &Ending, context: &Context) -> Outcome {
        let mut open = self.keys.edit(context)?;
        let ended = (ending.act)(&mut open, &self.which, context.run().clock)?;
        let output = context.output();
        if output.is_json() {
            output.data(&Report {
                schema: ending.schema,
                keys: ended.iter().map(|key| key.kid.to_string()).collect(),
            })?;
        } else if ended.is_empty() {
            output.say(&format!("{} before; nothing was done\n", ending.done));
        } else {
            let names: Vec<String> = ended.iter().map(ToString::to_string).collect();
            output.say(&format!("{}: {}\n", ending.done, names.join(", ")));
        }
        Ok(ExitStatus::Done)
    }
}
