//! What goes wrong between a secret, a person and a terminal.

use std::io;
use std::path::PathBuf;

use crate::diagnostic::{Class, Code, Diagnose};

/// Every code of secrets and terminals.
pub(crate) const CODES: &[Code] = &[NEW_PASSPHRASE, NOT_A_TERMINAL, NOT_CONFIRMED, UNREADABLE];

const NEW_PASSPHRASE: Code = Code::new("cli/new-passphrase");
const NOT_A_TERMINAL: Code = Code::new("cli/not-a-terminal");
const NOT_CONFIRMED: Code = Code::new("cli/not-confirmed");
const UNREADABLE: Code = Code::new("cli/phrase-unreadable");

/// Tells why a secret was not printed or not read, or a card not confirmed.
#[derive(Debug, thiserror::Error)]
pub(super) enum KeysError {
    /// Standard output is a pipe or a file.
    #[error("standard output is no terminal, and the phrase is secret")]
    NotATerminal,
    /// Neither the terminal nor standard input gave a phrase.
    #[error("the phrase cannot be read")]
    Unreadable(#[source] io::Error),
    /// The file of a passphrase is not there, or holds none.
    #[error("no passphrase can be read from {}", path.display())]
    PassphraseFile {
        /// The file.
        path: PathBuf,
        /// What the system said.
        #[source]
        cause: io::Error,
    },
    /// A new passphrase was typed differently the second time.
    #[error("the two passphrases differ")]
    PassphrasesDiffer,
    /// A new passphrase is too short.
    #[error("the passphrase is shorter than {least} characters")]
    PassphraseShort {
        /// The fewest characters.
        least: usize,
    },
    /// Nobody can type a new passphrase.
    #[error("there is no terminal to type a passphrase at")]
    NoTerminal,
    /// Nobody said that the fingerprint is right.
    #[error("the fingerprint was not confirmed, so the card is not trusted")]
    NotConfirmed,
}

impl Diagnose for KeysError {
    fn code(&self) -> Code {
        match self {
            Self::NotATerminal => NOT_A_TERMINAL,
            Self::Unreadable(_) | Self::PassphraseFile { .. } => UNREADABLE,
            Self::PassphrasesDiffer | Self::PassphraseShort { .. } | Self::NoTerminal => {
                NEW_PASSPHRASE
            }
            Self::NotConfirmed => NOT_CONFIRMED,
        }
    }

    fn class(&self) -> Class {
        match self {
            Self::NotATerminal
            | Self::PassphrasesDiffer
            | Self::PassphraseShort { .. }
            | Self::NoTerminal => Class::Usage,
            Self::NotConfirmed => Class::Verification,
            Self::Unreadable(_) | Self::PassphraseFile { .. } => Class::Environment,
        }
    }

    fn help(&self) -> Option<String> {
        Some(
            match self {
                Self::NotATerminal => "give --stdout to print it there all the same",
                Self::Unreadable(_) => "type it at a terminal, or give it on standard input",
                Self::PassphraseFile { .. } => {
                    "name a file whose first line is the passphrase; /dev/fd/3 is descriptor 3"
                }
                Self::PassphrasesDiffer | Self::PassphraseShort { .. } => {
                    "choose several words that nobody would guess, and type them twice"
                }
                Self::NoTerminal => "give --new-passphrase-file FILE",
                Self::NotConfirmed => {
                    "have the other side read its fingerprint to you, by voice, and give it as --fingerprint"
                }
            }
            .to_owned(),
        )
    }
}
