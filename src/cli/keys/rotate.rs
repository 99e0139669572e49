//! `airlock keys rotate`.

use std::io::{self, IsTerminal as _};

use clap::Args;

use super::error::KeysError;
use super::new::{Words, tell_phrase};
use crate::cli::context::{Context, Outcome};
use crate::cli::exit::ExitStatus;
use crate::cli::folders::KeysFlag;
use crate::ops::keys::{Grace, Rotated, rotate};
use crate::seal::TokenRecipient;

/// Arguments of `airlock keys rotate`.
#[derive(Args, Debug)]
pub(crate) struct RotateArguments {
    #[command(flatten)]
    keys: KeysFlag,
    /// How long the replaced keys still open what is under way
    #[arg(long, value_name = "TIME", default_value = "30d")]
    grace: Grace,
    /// How many words a new phrase has
    #[arg(long, value_enum, value_name = "COUNT", default_value_t = Words::Twelve)]
    words: Words,
    /// Print a new phrase even where standard output is no terminal
    #[arg(long)]
    stdout: bool,
    /// The age1… recipient of an identity on a hardware token, for a new card
    #[arg(long, value_name = "RECIPIENT")]
    token: Option<String>,
}

impl RotateArguments {
    /// Makes fresh keys; standard output holds the new card or phrase alone.
    pub(crate) fn run(&self, context: &Context) -> Outcome {
        let token = self
            .token
            .as_deref()
            .map(TokenRecipient::parse)
            .transpose()?;
        let mut open = self.keys.edit(context)?;
        let secret = open.keyring.identity().is_none();
        if secret && !self.stdout && !io::stdout().is_terminal() {
            return Err(KeysError::NotATerminal.into());
        }
        let rotated = rotate(
            &mut open,
            self.grace,
            self.words.count(),
            token,
            &context.run(),
        )?;
        match rotated {
            Rotated::Card(card) => {
                super::card::print(&card, context)?;
                context
                    .output()
                    .say("The other side trusts it with `airlock keys trust CARD --rotated`.\n");
            }
            Rotated::Phrase(made) => tell_phrase(
                &made,
                "airlock.keys.rotate/1",
                "`airlock keys enter --rotated`",
                open.folder(),
                context,
            )?,
        }
        Ok(ExitStatus::Done)
    }
}
