//! Why a sealed keyring, an identity file or a token does not open.

use std::path::PathBuf;

use age::DecryptError;

use super::codes;
use crate::diagnostic::{Class, Code, Diagnose, sanitize};

/// Longest text of a plugin in a message, in characters.
const SHOWN: usize = 300;

/// Tells why a sealed keyring, an identity file or a token does not open.
#[derive(Debug, thiserror::Error)]
pub enum LockedError {
    /// The keyring is sealed, and no passphrase was given.
    #[error("the keyring {} is sealed with a passphrase", path.display())]
    NoPassphrase {
        /// The file.
        path: PathBuf,
    },
    /// The keyring is not sealed.
    #[error("the keyring {} is not sealed", path.display())]
    NotSealed {
        /// The file.
        path: PathBuf,
    },
    /// A sealed keyring would be replaced by one in the open.
    #[error("the keys in {} are sealed, and the new ones would not be", path.display())]
    Unseals {
        /// The folder.
        path: PathBuf,
    },
    /// The passphrase is another one, or the file is damaged.
    #[error("the passphrase does not open the keyring {}, or it is damaged", path.display())]
    WrongPassphrase {
        /// The file.
        path: PathBuf,
    },
    /// Opening would take too long and too much memory.
    #[error("the keyring {} asks for a work factor of 2^{required}, and 2^{most} is the most", path.display())]
    Work {
        /// The file.
        path: PathBuf,
        /// What it asks for, as a power of two.
        required: u8,
        /// The most, as a power of two.
        most: u8,
    },
    /// An identity file that is none.
    #[error("the identity file {} cannot be used: {why}", path.display())]
    IdentityFile {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// A text is no recipient of age with X25519.
    #[error("`{text}` is no recipient: {why}")]
    Recipient {
        /// The text, shortened and printable.
        text: String,
        /// What is wrong with it.
        why: &'static str,
    },
    /// A plugin is not installed, or did not do what it was asked to.
    #[error("an age plugin failed: {why}")]
    Plugin {
        /// What it or age said, shortened and printable.
        why: String,
    },
}

impl LockedError {
    /// Takes what age says of a plugin.
    pub(super) fn plugin(error: &DecryptError) -> Self {
        Self::Plugin {
            why: sanitize(&error.to_string().replace('\n', " "), SHOWN),
        }
    }

    /// Blames a text that is no recipient.
    pub(super) fn recipient(text: &str, why: &'static str) -> Self {
        Self::Recipient {
            text: sanitize(text, SHOWN),
            why,
        }
    }
}

impl Diagnose for LockedError {
    fn code(&self) -> Code {
        match self {
            Self::NoPassphrase { .. } => codes::NO_PASSPHRASE,
            Self::NotSealed { .. } => codes::NOT_SEALED,
            Self::Unseals { .. } => codes::UNSEALS,
            Self::WrongPassphrase { .. } => codes::WRONG_PASSPHRASE,
            Self::Work { .. } => codes::WORK,
            Self::IdentityFile { .. } => codes::IDENTITY_FILE,
            Self::Recipient { .. } => codes::RECIPIENT,
            Self::Plugin { .. } => codes::PLUGIN,
        }
    }

    fn class(&self) -> Class {
        match self {
            Self::NoPassphrase { .. }
            | Self::NotSealed { .. }
            | Self::Unseals { .. }
            | Self::Work { .. }
            | Self::IdentityFile { .. }
            | Self::Recipient { .. } => Class::Usage,
            Self::WrongPassphrase { .. } => Class::Verification,
            Self::Plugin { .. } => Class::Environment,
        }
    }

    fn help(&self) -> Option<String> {
        let help = match self {
            Self::NoPassphrase { .. } => {
                "type the passphrase at a terminal, or give --passphrase-file FILE (AIRLOCK_PASSPHRASE_FILE)"
            }
            Self::NotSealed { .. } => "seal it with `airlock keys passphrase`",
            Self::Unseals { .. } => {
                "give --seal as well, or take the passphrase away first: `airlock keys passphrase --remove`"
            }
            Self::WrongPassphrase { .. } => {
                "type it again; restore the keyring from a backup if it is right"
            }
            Self::Work { .. } => {
                "this is not a keyring that airlock sealed: restore it from a backup, or seal it anew with age and less work"
            }
            Self::IdentityFile { .. } => {
                "give a file with lines of AGE-SECRET-KEY-1… or AGE-PLUGIN-…, as `age-keygen` or the plugin writes it"
            }
            Self::Recipient { .. } => {
                "give the age1… recipient of an X25519 identity, as the token's tool prints it"
            }
            Self::Plugin { .. } => {
                "is the token plugged in, and its age-plugin-… program in PATH? try `age -d -i FILE` on the same envelope"
            }
        };
        Some(help.to_owned())
    }
}
