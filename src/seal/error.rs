//! Why a key, a phrase or a sealed file is refused.

use std::io;
use std::path::PathBuf;

use super::{KeyLabel, LockedError, PairingError, Role, codes};
use crate::diagnostic::{Class, Code, Diagnose};
use crate::wire::json::JsonError;
use crate::wire::{Kid, Kind};

/// Tells why a key, a phrase or a sealed file is refused.
#[derive(Debug, thiserror::Error)]
pub enum SealError {
    /// A card, or whom it stands for.
    #[error(transparent)]
    Pairing(#[from] PairingError),
    /// A keyring that is sealed, or an identity that is elsewhere.
    #[error(transparent)]
    Locked(#[from] LockedError),
    /// A phrase of another length.
    #[error("a phrase has 12 or 24 words, this one has {found}")]
    WordCount {
        /// How many there were.
        found: usize,
    },
    /// A word that is not in the list.
    #[error("word {position} of the phrase is not in the BIP-39 list: `{word}`")]
    UnknownWord {
        /// Counted from 1.
        position: usize,
        /// The word, shortened and printable.
        word: String,
    },
    /// All words are in the list, and do not belong together.
    #[error("the checksum of the phrase is wrong: a word is another one, or two are swapped")]
    Checksum,
    /// There is no keyring.
    #[error("there are no keys in {}", folder.display())]
    NoKeys {
        /// The folder.
        folder: PathBuf,
    },
    /// There is a keyring already.
    #[error("there are keys already: {}", path.display())]
    KeysExist {
        /// The keyring.
        path: PathBuf,
    },
    /// Others can read the keyring or write its folder.
    #[error("{} is open to others (mode {mode:o}): keys are for their owner alone", path.display())]
    Exposed {
        /// The file or folder.
        path: PathBuf,
        /// Its permissions.
        mode: u32,
    },
    /// The keyring is broken or newer than known.
    #[error("the keyring {} cannot be used: {cause}", path.display())]
    Keyring {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        cause: JsonError,
    },
    /// The system refused something that was to be done with the keyring.
    #[error("cannot {action} {}", path.display())]
    KeyFile {
        /// What was to be done.
        action: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        #[source]
        cause: io::Error,
    },
    /// No key may sign now.
    #[error("the keyring has no current key for the role {role}")]
    NoCurrentKey {
        /// The role.
        role: Role,
    },
    /// Nobody, or too many, to seal to.
    #[error("an envelope is sealed to 1 to 32 recipients, not to {found}")]
    Recipients {
        /// How many there were.
        found: usize,
    },
    /// age could not begin.
    #[error("sealing failed: {0}")]
    Sealing(String),
    /// Some other file.
    #[error("this is no envelope of airlock: it does not begin as an age file")]
    NotAnEnvelope,
    /// A later age.
    #[error("the envelope is of age {version}, and only v1 is known")]
    EnvelopeNewer {
        /// The version it names.
        version: String,
    },
    /// The header does not end where it must.
    #[error("the header of the envelope is longer than 64 KiB or has more than 64 stanzas")]
    HeaderTooLong,
    /// No identity fits.
    #[error("the envelope is not sealed to any key of mine, or its header is damaged")]
    WrongKey,
    /// The file is too short.
    #[error("the envelope is truncated: it ends before its last chunk")]
    Truncated,
    /// A chunk does not authenticate.
    #[error(
        "a piece of the envelope does not authenticate: it is damaged, or the file was cut short"
    )]
    Damaged,
    /// The system could not read the file.
    #[error("the envelope cannot be read")]
    Read(#[source] io::Error),
    /// Signed by a stranger.
    #[error("the envelope is signed by {kid}, which this keyring does not know")]
    UnknownSender {
        /// The key.
        kid: Kid,
    },
    /// Signed by a key that may not sign this kind.
    #[error("key {key} may not sign a {kind}")]
    WrongRole {
        /// The key.
        key: KeyLabel,
        /// The kind.
        kind: Kind,
    },
    /// Signed by a key that is not used any more.
    #[error("the envelope is signed by {key}, a key that was retired")]
    RetiredKey {
        /// The key.
        key: KeyLabel,
    },
    /// Signed by a key that must not be trusted any more.
    #[error("the envelope is signed by {key}, a key that was revoked")]
    RevokedKey {
        /// The key.
        key: KeyLabel,
    },
    /// Sealed to a key of one's own that is not used any more.
    #[error("the envelope is sealed to {key}, a key of this end that was retired")]
    SealedToRetired {
        /// The key.
        key: KeyLabel,
    },
    /// Sealed to a key of one's own that must not be used any more.
    #[error("the envelope is sealed to {key}, a key of this end that was revoked")]
    SealedToRevoked {
        /// The key.
        key: KeyLabel,
    },
    /// The signature does not hold.
    #[error("the signature of {key} does not fit the envelope's transfer.json")]
    WrongSignature {
        /// The key.
        key: KeyLabel,
    },
}

impl SealError {
    /// Sorts what age's reader said. It gives no other types than those of I/O.
    pub(super) fn from_age(error: io::Error) -> Self {
        if error.raw_os_error().is_some() {
            Self::Read(error)
        } else if error.kind() == io::ErrorKind::UnexpectedEof {
            Self::Truncated
        } else {
            Self::Damaged
        }
    }

    /// Takes the failure of a sealed file out of an I/O error, where it is one.
    pub fn from_io(error: io::Error) -> Result<Self, io::Error> {
        error.downcast()
    }
}

impl From<SealError> for io::Error {
    fn from(error: SealError) -> Self {
        Self::new(io::ErrorKind::InvalidData, error)
    }
}

impl Diagnose for SealError {
    fn code(&self) -> Code {
        match self {
            Self::Pairing(error) => error.code(),
            Self::Locked(error) => error.code(),
            Self::WordCount { .. } => codes::PHRASE_WORD_COUNT,
            Self::UnknownWord { .. } => codes::PHRASE_UNKNOWN_WORD,
            Self::Checksum => codes::PHRASE_CHECKSUM,
            Self::NoKeys { .. } => codes::NO_KEYS,
            Self::KeysExist { .. } => codes::KEYS_EXIST,
            Self::Exposed { .. } => codes::EXPOSED,
            Self::Keyring {
                cause: JsonError::Newer { .. },
                ..
            } => codes::KEYRING_NEWER,
            Self::Keyring { .. } => codes::KEYRING_DAMAGED,
            Self::KeyFile { .. } => codes::KEY_FILE,
            Self::NoCurrentKey { .. } => codes::NO_CURRENT_KEY,
            Self::Recipients { .. } => codes::RECIPIENTS,
            Self::Sealing(_) => codes::SEALING,
            Self::NotAnEnvelope => codes::NOT_AN_ENVELOPE,
            Self::EnvelopeNewer { .. } => codes::ENVELOPE_NEWER,
            Self::HeaderTooLong => codes::HEADER_TOO_LONG,
            Self::WrongKey => codes::WRONG_KEY,
            Self::Truncated => codes::TRUNCATED,
            Self::Damaged => codes::DAMAGED,
            Self::Read(_) => codes::READ,
            Self::UnknownSender { .. } => codes::UNKNOWN_SENDER,
            Self::WrongRole { .. } => codes::WRONG_ROLE,
            Self::RetiredKey { .. } => codes::RETIRED_KEY,
            Self::RevokedKey { .. } => codes::REVOKED_KEY,
            Self::SealedToRetired { .. } => codes::SEALED_TO_RETIRED,
            Self::SealedToRevoked { .. } => codes::SEALED_TO_REVOKED,
            Self::WrongSignature { .. } => codes::WRONG_SIGNATURE,
        }
    }

    fn class(&self) -> Class {
        match self {
            Self::Pairing(error) => error.class(),
            Self::Locked(error) => error.class(),
            Self::NoKeys { .. }
            | Self::KeysExist { .. }
            | Self::Exposed { .. }
            | Self::Keyring { .. }
            | Self::NoCurrentKey { .. }
            | Self::Recipients { .. } => Class::Usage,
            Self::KeyFile { .. } | Self::Read(_) | Self::Sealing(_) => Class::Environment,
            Self::WordCount { .. }
            | Self::UnknownWord { .. }
            | Self::Checksum
            | Self::NotAnEnvelope
            | Self::EnvelopeNewer { .. }
            | Self::HeaderTooLong
            | Self::WrongKey
            | Self::Truncated
            | Self::Damaged
            | Self::UnknownSender { .. }
            | Self::WrongRole { .. }
            | Self::RetiredKey { .. }
            | Self::RevokedKey { .. }
            | Self::SealedToRetired { .. }
            | Self::SealedToRevoked { .. }
            | Self::WrongSignature { .. } => Class::Verification,
        }
    }

    fn help(&self) -> Option<String> {
        let help = match self {
            Self::Pairing(error) => return error.help(),
            Self::Locked(error) => return error.help(),
            Self::WordCount { .. } => "enter all words that `airlock keys new` printed",
            Self::UnknownWord { .. } => "compare the word with the note, letter by letter",
            Self::Checksum => "compare every word, and their order, with the note",
            Self::NoKeys { .. } => {
                "make them with `airlock keys new`, and take them over on the other side with `airlock keys enter`; or, to pair by cards, make them on each side with `airlock keys new --role`"
            }
            Self::KeysExist { .. } => {
                "keep them; or let new ones take their place with `airlock keys rotate`; or replace them with --replace: what was sealed to them can then no longer be opened"
            }
            Self::Exposed { path, mode } => return Some(tighten(path, *mode)),
            Self::Keyring {
                cause: JsonError::Newer { .. },
                ..
            } => "use the airlock that wrote it, or a newer one",
            Self::Keyring { .. } => {
                "restore it from a backup, or enter the phrase again with `airlock keys enter --replace`"
            }
            Self::KeyFile { .. } => "check the folder, or name another one with --keys DIR",
            Self::NoCurrentKey { .. } => {
                "requests are made inside, with the keys of a site, and bundles outside, with those of a station; `airlock keys list` shows what this keyring has"
            }
            Self::EnvelopeNewer { .. } => {
                "the other side runs a newer airlock: install the same version here"
            }
            Self::NotAnEnvelope => "give a file that `airlock diff` or `airlock bundle` wrote",
            Self::WrongKey => {
                "compare the fingerprints of both sides; compare the file with its .sums"
            }
            Self::HeaderTooLong | Self::Truncated | Self::Damaged => {
                "copy the file again; compare it with its .sums"
            }
            Self::Read(_) => "check the medium, and copy the file again",
            Self::UnknownSender { .. } => {
                "compare the fingerprints of both sides; trust the sender's card with `airlock keys trust CARD` if it is one that you know"
            }
            Self::RetiredKey { .. } => "ask the other side to make it again with its current keys",
            Self::RevokedKey { .. } => {
                "do not use it; if its sender is sound, trust the card of its new key"
            }
            Self::SealedToRetired { .. } | Self::SealedToRevoked { .. } => {
                "give the sender this end's current card (`airlock keys card`) or phrase, and ask for it again"
            }
            Self::WrongSignature { .. } => "do not use it; ask the other side to make it again",
            Self::WrongRole { .. } => {
                "do not use it: a site signs requests and receipts, a station signs bundles"
            }
            Self::Recipients { .. } => "name fewer with --to NAME",
            Self::Sealing(_) => return None,
        };
        Some(help.to_owned())
    }
}

fn tighten(path: &std::path::Path, mode: u32) -> String {
    // A folder is refused only for what others may write; a file for what they may read.
    let change = if mode & 0o111 == 0 { "go=" } else { "go-w" };
    format!("chmod {change} {}", path.display())
}
