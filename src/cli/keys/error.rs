//! What goes wrong between a phrase and a terminal.

use std::io;

use crate::diagnostic::{Class, Code, Diagnose};

/// Every code of phrases and terminals.
pub(crate) const CODES: &[Code] = &[NOT_A_TERMINAL, UNREADABLE];

const NOT_A_TERMINAL: Code = Code::new("cli/not-a-terminal");
const UNREADABLE: Code = Code::new("cli/phrase-unreadable");

/// Tells why a phrase was not printed, or not read.
#[derive(Debug, thiserror::Error)]
pub(super) enum KeysError {
    /// Standard output is a pipe or a file.
    #[error("standard output is no terminal, and the phrase is secret")]
    NotATerminal,
    /// Neither the terminal nor standard input gave a phrase.
    #[error("the phrase cannot be read")]
    Unreadable(#[source] io::Error),
}

impl Diagnose for KeysError {
    fn code(&self) -> Code {
        match self {
            Self::NotATerminal => NOT_A_TERMINAL,
            Self::Unreadable(_) => UNREADABLE,
        }
    }

    fn class(&self) -> Class {
        match self {
            Self::NotATerminal => Class::Usage,
            Self::Unreadable(_) => Class::Environment,
        }
    }

    fn help(&self) -> Option<String> {
        Some(
            match self {
                Self::NotATerminal => "give --stdout to print it there all the same",
                Self::Unreadable(_) => "type it at a terminal, or give it on standard input",
            }
            .to_owned(),
        )
    }
}
