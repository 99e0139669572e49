//! Arguments of `airlock keys`.

use clap::{Args, Subcommand};

use super::card::CardArguments;
use super::enter::EnterArguments;
use super::export::ExportArguments;
use super::forget::ForgetArguments;
use super::list::ListArguments;
use super::new::NewArguments;
use super::passphrase::PassphraseArguments;
use super::revoke::RevokeArguments;
use super::rotate::RotateArguments;
use super::show::ShowArguments;
use super::trust::TrustArguments;
use crate::cli::context::{Context, Outcome};

/// Arguments of `airlock keys`.
#[derive(Args, Debug)]
pub(crate) struct KeysArguments {
    /// What to do with keys.
    #[command(subcommand)]
    command: KeysCommand,
}

/// What to do with keys.
#[derive(Debug, Subcommand)]
enum KeysCommand {
    /// Print this end's public card, for the other side to trust
    Card(CardArguments),
    /// Take over the keys of the other side, from its phrase
    Enter(EnterArguments),
    /// Print the secret identities for other tools
    Export(ExportArguments),
    /// Take retired or revoked keys out of the keyring
    Forget(ForgetArguments),
    /// List all keys with their state
    List(ListArguments),
    /// Make keys: with a phrase for the other side, or, given --role, with a card
    New(NewArguments),
    /// Seal the keyring with a passphrase, change that, or take it away
    Passphrase(PassphraseArguments),
    /// Trust keys no more, at once
    Revoke(RevokeArguments),
    /// Make fresh keys in the place of the current ones, which still open for a while
    Rotate(RotateArguments),
    /// Show a key, or its fingerprint
    Show(ShowArguments),
    /// Trust the card of the other side, once its fingerprint is confirmed
    Trust(TrustArguments),
}

impl KeysArguments {
    /// Runs the command.
    pub(crate) fn run(&self, context: &Context) -> Outcome {
        match &self.command {
            KeysCommand::Card(arguments) => arguments.run(context),
            KeysCommand::Enter(arguments) => arguments.run(context),
            KeysCommand::Export(arguments) => arguments.run(context),
            KeysCommand::Forget(arguments) => arguments.run(context),
            KeysCommand::List(arguments) => arguments.run(context),
            KeysCommand::New(arguments) => arguments.run(context),
            KeysCommand::Passphrase(arguments) => arguments.run(context),
            KeysCommand::Revoke(arguments) => arguments.run(context),
            KeysCommand::Rotate(arguments) => arguments.run(context),
            KeysCommand::Show(arguments) => arguments.run(context),
            KeysCommand::Trust(arguments) => arguments.run(context),
        }
    }
}
