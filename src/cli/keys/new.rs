//! `airlock keys new`.

use std::io::{self, IsTerminal as _};

use clap::{Args, ValueEnum};
use serde::Serialize;
use zeroize::Zeroizing;

use super::error::KeysError;
use crate::cli::context::{Context, Outcome};
use crate::cli::exit::ExitStatus;
use crate::cli::folders::KeysFlag;
use crate::ops::keys::new_keys;
use crate::seal::WordCount;

/// Arguments of `airlock keys new`.
#[derive(Args, Debug)]
pub(crate) struct NewArguments {
    #[command(flatten)]
    keys: KeysFlag,
    /// How many words the phrase has
    #[arg(long, value_enum, value_name = "COUNT", default_value_t = Words::Twelve)]
    words: Words,
    /// Replace the keys that are there: what was sealed to them can no longer be opened
    #[arg(long)]
    replace: bool,
    /// Print the phrase even where standard output is no terminal
    #[arg(long)]
    stdout: bool,
}

/// How many words a phrase has.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Words {
    #[value(name = "12")]
    Twelve,
    #[value(name = "24")]
    TwentyFour,
}

#[derive(Serialize)]
struct Made<'a> {
    schema: &'static str,
    phrase: &'a str,
    fingerprint: String,
}

impl NewArguments {
    /// Makes keys; standard output holds the phrase alone.
    pub(crate) fn run(&self, context: &Context) -> Outcome {
        if !self.stdout && !io::stdout().is_terminal() {
            return Err(KeysError::NotATerminal.into());
        }
        let folder = self.keys.folder(context.environment())?;
        let words = match self.words {
            Words::Twelve => WordCount::Twelve,
            Words::TwentyFour => WordCount::TwentyFour,
        };
        let made = new_keys(&folder, words, self.replace, context.run().entropy)?;
        let output = context.output();
        if output.is_json() {
            output.data(&Made {
                schema: "airlock.keys.new/1",
                phrase: &made.phrase,
                fingerprint: made.fingerprint.to_string(),
            })?;
            return Ok(ExitStatus::Done);
        }
        output.say(
            "The phrase gives these keys to the other side. It is shown once: write it down.\n",
        );
        let line = Zeroizing::new(format!("{}\n", *made.phrase));
        output.bytes(line.as_bytes())?;
        output.say(&format!(
            "\nkeys         {}\nfingerprint  {}\n\nOn the other side run `airlock keys enter`, and compare the fingerprint by voice. Never read the words aloud.\n",
            folder.display(),
            made.fingerprint
        ));
        Ok(ExitStatus::Done)
    }
}
