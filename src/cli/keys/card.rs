//! `airlock keys card`.

use clap::Args;

use super::told::{self, CardLine};
use crate::cli::context::{Context, Outcome};
use crate::cli::exit::ExitStatus;
use crate::cli::folders::KeysFlag;
use crate::diagnostic::Failure;
use crate::seal::Card;

/// Arguments of `airlock keys card`.
#[derive(Args, Debug)]
pub(crate) struct CardArguments {
    #[command(flatten)]
    keys: KeysFlag,
}

impl CardArguments {
    /// Prints the card; what it says goes to standard error.
    pub(crate) fn run(&self, context: &Context) -> Outcome {
        print(&self.keys.load(context)?.card()?, context)?;
        Ok(ExitStatus::Done)
    }
}

/// Prints a card on standard output, and what it says for people beside it.
pub(super) fn print(card: &Card, context: &Context) -> Result<(), Failure> {
    let output = context.output();
    if output.is_json() {
        output.data(&CardLine::of(card, "airlock.keys.card/1"))?;
        return Ok(());
    }
    let mut bytes = card.to_bytes();
    bytes.push(b'\n');
    output.bytes(&bytes)?;
    output.say(&format!(
        "\n{}\nA card is public. On the other side run `airlock keys trust CARD`, and compare the fingerprint by voice.\n",
        told::card(card)
    ));
    Ok(())
}
