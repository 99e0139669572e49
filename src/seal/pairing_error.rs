//! Why a card is refused, or whom it stands for is not found.

use std::path::PathBuf;

use super::{CardName, Fingerprint, KeyLabel, Role, codes};
use crate::diagnostic::{Class, Code, Diagnose};
use crate::wire::json::JsonError;

/// Tells why a card is refused, or whom it stands for is not found.
#[derive(Debug, thiserror::Error)]
pub enum PairingError {
    /// The card file cannot be read.
    #[error("the card {} cannot be read", path.display())]
    CardFile {
        /// The file.
        path: PathBuf,
        /// What the system said.
        #[source]
        cause: std::io::Error,
    },
    /// The card is broken or newer than known.
    #[error("this is no card that can be trusted: {0}")]
    Card(JsonError),
    /// The card of the very key of this keyring.
    #[error("this is the card of this end itself ({name})")]
    OwnCard {
        /// Its name.
        name: CardName,
    },
    /// The card of an end on the same side.
    #[error("{name} is a {role}, and so is this end: the other end must be a {}", role.other())]
    SameRole {
        /// The name on the card.
        name: CardName,
        /// The role of both.
        role: Role,
    },
    /// Another key under a name that is known.
    #[error("the card of {name} has another key than the one that is trusted ({known})")]
    Changed {
        /// The name on the card.
        name: CardName,
        /// The key that is trusted.
        known: KeyLabel,
    },
    /// A key that is trusted under another name.
    #[error("the key of {name}'s card is trusted already, as {known}")]
    Renamed {
        /// The name on the card.
        name: CardName,
        /// The key as it is trusted.
        known: KeyLabel,
    },
    /// A key that another has taken the place of.
    #[error("key {key} was rotated out, and does not become current again")]
    Retired {
        /// The key.
        key: KeyLabel,
    },
    /// A key of one's own that is here already.
    #[error("key {key} is in the keyring already")]
    KeyKnown {
        /// The key.
        key: KeyLabel,
    },
    /// Phrase and cards do not mix.
    #[error("the keyring is paired by {found}, not by {wanted}")]
    OtherPairing {
        /// How it is paired.
        found: &'static str,
        /// What the command is for.
        wanted: &'static str,
    },
    /// The key was revoked.
    #[error("key {key} was revoked, and is not trusted again")]
    Revoked {
        /// The key.
        key: KeyLabel,
    },
    /// The text is no fingerprint.
    #[error(
        "a fingerprint has 25 letters and digits in five groups, as MBF3H-CYXXF-DVYE0-00FDP-F292K"
    )]
    NotAFingerprint,
    /// The fingerprint is not that of the card.
    #[error("the card has the fingerprint {found}, not {expected}")]
    OtherFingerprint {
        /// What was given.
        expected: Fingerprint,
        /// The card's.
        found: Fingerprint,
    },
    /// The keyring is paired by a phrase, or has no current key.
    #[error("this keyring has no card: it is paired by a phrase, or its key was revoked")]
    NoCard,
    /// Nobody to seal to.
    #[error("the keyring trusts no {role}, so there is nobody to seal to")]
    NoPeer {
        /// The role that lacks.
        role: Role,
    },
    /// No current card has this name.
    #[error("the keyring trusts no {role} called {name}")]
    NoSuchPeer {
        /// The name.
        name: CardName,
        /// The role that was looked for.
        role: Role,
    },
    /// A bundle for one site, and several are known.
    #[error(
        "the keyring trusts several sites ({}), and a bundle is for one",
        list(names)
    )]
    SeveralSites {
        /// Their names.
        names: Vec<CardName>,
    },
    /// No key has this name or id.
    #[error("the keyring has no key `{0}`")]
    NoSuchKey(String),
    /// Several keys have this name.
    #[error("several keys are called {name}: {}", list(kids))]
    SeveralKeys {
        /// The name.
        name: String,
        /// Their ids.
        kids: Vec<crate::wire::Kid>,
    },
    /// A key that is still used is not forgotten.
    #[error("key {key} is still used: {state}")]
    InUse {
        /// The key.
        key: KeyLabel,
        /// Its state.
        state: &'static str,
    },
    /// More keys or cards than a keyring takes.
    #[error("the keyring has {limit} keys or cards already, and takes no more")]
    TooMany {
        /// The limit.
        limit: usize,
    },
}

fn list<T: ToString>(items: &[T]) -> String {
    let texts: Vec<String> = items.iter().map(T::to_string).collect();
    texts.join(", ")
}

impl Diagnose for PairingError {
    fn code(&self) -> Code {
        match self {
            Self::CardFile { .. } => codes::CARD_FILE,
            Self::Card(JsonError::Newer { .. }) => codes::CARD_NEWER,
            Self::Card(_) => codes::CARD_DAMAGED,
            Self::OwnCard { .. } => codes::OWN_CARD,
            Self::SameRole { .. } => codes::CARD_ROLE,
            Self::Changed { .. } => codes::CARD_CHANGED,
            Self::Renamed { .. } => codes::CARD_RENAMED,
            Self::Retired { .. } => codes::CARD_RETIRED,
            Self::KeyKnown { .. } => codes::KEY_KNOWN,
            Self::OtherPairing { .. } => codes::OTHER_PAIRING,
            Self::Revoked { .. } => codes::CARD_REVOKED,
            Self::NotAFingerprint => codes::NOT_A_FINGERPRINT,
            Self::OtherFingerprint { .. } => codes::OTHER_FINGERPRINT,
            Self::NoCard => codes::NO_CARD,
            Self::NoPeer { .. } => codes::NO_PEER,
            Self::NoSuchPeer { .. } => codes::NO_SUCH_PEER,
            Self::SeveralSites { .. } => codes::SEVERAL_SITES,
            Self::NoSuchKey(_) => codes::NO_SUCH_KEY,
            Self::SeveralKeys { .. } => codes::SEVERAL_KEYS,
            Self::InUse { .. } => codes::KEY_IN_USE,
            Self::TooMany { .. } => codes::TOO_MANY,
        }
    }

    fn class(&self) -> Class {
        match self {
            Self::CardFile { .. } => Class::Environment,
            Self::Card(_)
            | Self::OwnCard { .. }
            | Self::SameRole { .. }
            | Self::Changed { .. }
            | Self::Renamed { .. }
            | Self::Retired { .. }
            | Self::Revoked { .. }
            | Self::OtherFingerprint { .. } => Class::Verification,
            Self::NotAFingerprint
            | Self::KeyKnown { .. }
            | Self::NoCard
            | Self::OtherPairing { .. }
            | Self::NoPeer { .. }
            | Self::NoSuchPeer { .. }
            | Self::SeveralSites { .. }
            | Self::NoSuchKey(_)
            | Self::SeveralKeys { .. }
            | Self::InUse { .. }
            | Self::TooMany { .. } => Class::Usage,
        }
    }

    fn help(&self) -> Option<String> {
        let help = match self {
            Self::CardFile { .. } => "is the stick mounted, and the name right?",
            Self::Card(JsonError::Newer { .. }) => {
                "the other side runs a newer airlock: install the same version here"
            }
            Self::Card(_) => "copy it again from what `airlock keys card` printed, byte for byte",
            Self::OwnCard { .. } => {
                "give it to the other side; trust the card that the other side made"
            }
            Self::SameRole { .. } => {
                "the inside makes its keys with `airlock keys new --role site`, the outside with `--role station`"
            }
            Self::Changed { .. } => {
                "ask the other side, by voice, whether it rotated its key; if it did, give --rotated"
            }
            Self::Renamed { .. } => {
                "ask the other side, by voice, which name is right; `airlock keys forget` takes the old one away, once revoked"
            }
            Self::KeyKnown { .. } => "`airlock keys list` shows what there is",
            Self::OtherPairing { .. } => {
                "one keyring is paired in one way: name another folder with --keys, or begin anew with `airlock keys new --replace`"
            }
            Self::Retired { .. } | Self::Revoked { .. } => {
                "ask the other side for the card of a new key"
            }
            Self::NotAFingerprint => "type it as `airlock keys show --fingerprint` prints it",
            Self::OtherFingerprint { .. } => {
                "do not trust it: it is another card than the one whose fingerprint you were told"
            }
            Self::NoCard => {
                "to pair by cards, make keys with `airlock keys new --role ROLE --name NAME`"
            }
            Self::NoPeer { .. } => {
                "trust the card of the other side with `airlock keys trust CARD`"
            }
            Self::NoSuchPeer { .. } | Self::NoSuchKey(_) => {
                "`airlock keys list` shows the names and ids that there are"
            }
            Self::SeveralSites { .. } => "name one with --to NAME",
            Self::SeveralKeys { .. } => "give the id of the one that is meant",
            Self::InUse { .. } => "revoke it first with `airlock keys revoke`",
            Self::TooMany { .. } => "forget some with `airlock keys forget`",
        };
        Some(help.to_owned())
    }
}
