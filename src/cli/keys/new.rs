//! `airlock keys new`.

use std::io::{self, IsTerminal as _};
use std::path::Path;

use clap::{Args, ValueEnum};
use serde::Serialize;
use zeroize::Zeroizing;

use super::error::KeysError;
use super::sealing::SealFlags;
use crate::cli::context::{Context, Outcome};
use crate::cli::exit::ExitStatus;
use crate::cli::folders::KeysFlag;
use crate::diagnostic::Failure;
use crate::ops::keys::{NewKeys, may_save, new_card_keys, new_keys};
use crate::seal::{CardName, Role, TokenRecipient, WordCount};

/// Arguments of `airlock keys new`.
#[derive(Args, Debug)]
pub(crate) struct NewArguments {
    #[command(flatten)]
    keys: KeysFlag,
    /// How many words the phrase has
    #[arg(long, value_enum, value_name = "COUNT", default_value_t = Words::Twelve,
        conflicts_with = "role")]
    words: Words,
    /// Pair by cards instead of a phrase: a site is the inside, a station the outside
    #[arg(long, value_name = "ROLE", value_enum, requires = "name")]
    role: Option<RoleChoice>,
    /// What this end is called on its card
    #[arg(long, value_name = "NAME", requires = "role")]
    name: Option<CardName>,
    /// The age1… recipient of an identity on a hardware token, which then opens instead
    #[arg(long, value_name = "RECIPIENT", requires = "role")]
    token: Option<String>,
    #[command(flatten)]
    sealing: SealFlags,
    /// Replace the keys that are there: what was sealed to them can no longer be opened
    #[arg(long)]
    replace: bool,
    /// Print the phrase even where standard output is no terminal
    #[arg(long)]
    stdout: bool,
}

/// How many words a phrase has.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum Words {
    #[value(name = "12")]
    Twelve,
    #[value(name = "24")]
    TwentyFour,
}

/// Which side an end is on.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum RoleChoice {
    /// The inside: signs requests and receipts.
    Site,
    /// The outside: signs bundles.
    Station,
}

#[derive(Serialize)]
struct Made<'a> {
    schema: &'static str,
    phrase: &'a str,
    fingerprint: String,
}

impl Words {
    pub(super) fn count(self) -> WordCount {
        match self {
            Self::Twelve => WordCount::Twelve,
            Self::TwentyFour => WordCount::TwentyFour,
        }
    }
}

impl NewArguments {
    /// Makes keys; standard output holds the phrase or the card alone.
    pub(crate) fn run(&self, context: &Context) -> Outcome {
        let end = self.name.clone().zip(self.role);
        if end.is_none() && !self.stdout && !io::stdout().is_terminal() {
            return Err(KeysError::NotATerminal.into());
        }
        let folder = self.keys.folder(context.environment())?;
        let token = self
            .token
            .as_deref()
            .map(TokenRecipient::parse)
            .transpose()?;
        may_save(&folder, self.replace, self.sealing.seal)?;
        let passphrase = self.sealing.passphrase()?;
        let (passphrase, entropy) = (passphrase.as_ref(), context.run().entropy);
        if let Some((name, role)) = end {
            let end = (name, role.role());
            let card = new_card_keys(&folder, end, token, passphrase, self.replace, entropy)?;
            super::card::print(&card, context)?;
        } else {
            let words = self.words.count();
            let made = new_keys(&folder, words, passphrase, self.replace, entropy)?;
            let (schema, then) = ("airlock.keys.new/1", "`airlock keys enter`");
            tell_phrase(&made, schema, then, &folder, context)?;
        }
        Ok(ExitStatus::Done)
    }
}

impl RoleChoice {
    fn role(self) -> Role {
        match self {
            Self::Site => Role::Site,
            Self::Station => Role::Station,
        }
    }
}

/// Prints a phrase on standard output; `then` is what the other side runs.
pub(super) fn tell_phrase(
    made: &NewKeys,
    schema: &'static str,
    then: &str,
    folder: &Path,
    context: &Context,
) -> Result<(), Failure> {
    let output = context.output();
    if output.is_json() {
        output.data(&Made {
            schema,
            phrase: &made.phrase,
            fingerprint: made.fingerprint.to_string(),
        })?;
        return Ok(());
    }
    output.say("The phrase gives these keys to the other side. It is shown once: write it down.\n");
    let line = Zeroizing::new(format!("{}\n", *made.phrase));
    output.bytes(line.as_bytes())?;
    output.say(&format!(
        "\nkeys         {}\nfingerprint  {}\n\nOn the other side run {then}, and compare the fingerprint by voice. Never read the words aloud.\n",
        folder.display(),
        made.fingerprint
    ));
    Ok(())
}
