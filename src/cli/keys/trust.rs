//! `airlock keys trust`.

use std::io;
use std::path::PathBuf;

use clap::Args;
use serde::Serialize;

use super::ask::confirmed;
use super::told;
use crate::cli::context::{Context, Outcome};
use crate::cli::exit::ExitStatus;
use crate::cli::folders::KeysFlag;
use crate::cli::source;
use crate::ops::keys::{Grace, confirm, read_card, trust};
use crate::seal::{Card, Trusted};

/// Arguments of `airlock keys trust`.
#[derive(Args, Debug)]
pub(crate) struct TrustArguments {
    #[command(flatten)]
    keys: KeysFlag,
    /// The card that `keys card` printed on the other side; - reads standard input
    #[arg(value_name = "CARD")]
    card: PathBuf,
    /// The fingerprint that the other side told you, instead of being asked
    #[arg(long, value_name = "FINGERPRINT")]
    fingerprint: Option<String>,
    /// The other side has rotated its key: this one takes the place of the trusted one
    #[arg(long)]
    rotated: bool,
    /// How long what the replaced key signed is still taken
    #[arg(long, value_name = "TIME", default_value = "30d", requires = "rotated")]
    grace: Grace,
}

#[derive(Serialize)]
struct Report {
    schema: &'static str,
    name: String,
    role: String,
    kid: String,
    fingerprint: String,
    before: bool,
    replaced: Option<String>,
}

impl TrustArguments {
    /// Shows the card, has its fingerprint confirmed, and trusts it.
    pub(crate) fn run(&self, context: &Context) -> Outcome {
        let card = if self.card.as_os_str() == "-" {
            read_card(io::stdin().lock(), &self.card)?
        } else {
            read_card(source::open(&self.card, source::scratch)?, &self.card)?
        };
        let mut open = self.keys.edit(context)?;
        let rotated = self.rotated.then_some(self.grace);
        // What would be refused anyway is told before a person calls the other side.
        open.keyring
            .may_trust(&card, self.rotated, context.run().clock.unix_seconds())?;
        context.output().say(&told::card(&card));
        match &self.fingerprint {
            Some(typed) => confirm(&card, typed)?,
            None => confirmed(card.fingerprint())?,
        }
        let trusted = trust(&mut open, card.clone(), rotated, context.run().clock)?;
        tell(&card, &trusted, context)
    }
}

fn tell(card: &Card, trusted: &Trusted, context: &Context) -> Outcome {
    let output = context.output();
    if output.is_json() {
        output.data(&Report {
            schema: "airlock.keys.trust/1",
            name: card.name().to_string(),
            role: card.role().to_string(),
            kid: card.kid().to_string(),
            fingerprint: card.fingerprint().to_string(),
            before: *trusted == Trusted::Before,
            replaced: match trusted {
                Trusted::Rotated(old) => Some(old.kid.to_string()),
                Trusted::New | Trusted::Before => None,
            },
        })?;
        return Ok(ExitStatus::Done);
    }
    let (role, name) = (card.role(), card.name());
    output.say(&match trusted {
        Trusted::New => format!("trusted: {role} {name}\n"),
        Trusted::Before => format!("{role} {name} was trusted before; nothing was done\n"),
        Trusted::Rotated(old) => {
            format!("trusted: {role} {name}, in the place of {}\n", old.kid)
        }
    });
    Ok(ExitStatus::Done)
}
