//! Why a key, a phrase or a sealed file is refused.

use std::io;
use std::path::PathBuf;

use super::Role;
use crate::diagnostic::{Class, Code, Diagnose};
use crate::wire::json::JsonError;
use crate::wire::{Kid, Kind};

const DAMAGED: Code = Code::new("seal/damaged");
const ENVELOPE_NEWER: Code = Code::new("seal/envelope-newer");
const EXPOSED: Code = Code::new("seal/keys-exposed");
const HEADER_TOO_LONG: Code = Code::new("seal/header-too-long");
const KEYRING_DAMAGED: Code = Code::new("seal/keyring-damaged");
const KEYRING_NEWER: Code = Code::new("seal/keyring-newer");
const KEYS_EXIST: Code = Code::new("seal/keys-exist");
const KEY_FILE: Code = Code::new("seal/key-file");
const NOT_AN_ENVELOPE: Code = Code::new("seal/not-an-envelope");
const NO_CURRENT_KEY: Code = Code::new("seal/no-current-key");
const NO_KEYS: Code = Code::new("seal/no-keys");
const PHRASE_CHECKSUM: Code = Code::new("seal/phrase-checksum");
const PHRASE_UNKNOWN_WORD: Code = Code::new("seal/phrase-unknown-word");
const PHRASE_WORD_COUNT: Code = Code::new("seal/phrase-word-count");
const READ: Code = Code::new("seal/unreadable");
const RECIPIENTS: Code = Code::new("seal/recipients");
const RETIRED_KEY: Code = Code::new("seal/retired-key");
const REVOKED_KEY: Code = Code::new("seal/revoked-key");
const SEALING: Code = Code::new("seal/sealing");
const TRUNCATED: Code = Code::new("seal/truncated");
const UNKNOWN_SENDER: Code = Code::new("seal/unknown-sender");
const WRONG_KEY: Code = Code::new("seal/wrong-key");
const WRONG_ROLE: Code = Code::new("seal/wrong-role");
const WRONG_SIGNATURE: Code = Code::new("seal/wrong-signature");

/// Every code of this room.
pub const CODES: &[Code] = &[
    DAMAGED,
    ENVELOPE_NEWER,
    EXPOSED,
    HEADER_TOO_LONG,
    KEYRING_DAMAGED,
    KEYRING_NEWER,
    KEYS_EXIST,
    KEY_FILE,
    NOT_AN_ENVELOPE,
    NO_CURRENT_KEY,
    NO_KEYS,
    PHRASE_CHECKSUM,
    PHRASE_UNKNOWN_WORD,
    PHRASE_WORD_COUNT,
    READ,
    RECIPIENTS,
    RETIRED_KEY,
    REVOKED_KEY,
    SEALING,
    TRUNCATED,
    UNKNOWN_SENDER,
    WRONG_KEY,
    WRONG_ROLE,
    WRONG_SIGNATURE,
];

/// Tells why a key, a phrase or a sealed file is refused.
#[derive(Debug, thiserror::Error)]
pub enum SealError {
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
    #[error("key {kid} may not sign a {kind}")]
    WrongRole {
        /// The key.
        kid: Kid,
        /// The kind.
        kind: Kind,
    },
    /// Signed by a key that is not used any more.
    #[error("the envelope is signed by {kid}, a key that was retired")]
    RetiredKey {
        /// The key.
        kid: Kid,
    },
    /// Signed by a key that must not be trusted any more.
    #[error("the envelope is signed by {kid}, a key that was revoked")]
    RevokedKey {
        /// The key.
        kid: Kid,
    },
    /// The signature does not hold.
    #[error("the signature of {kid} does not fit the envelope's transfer.json")]
    WrongSignature {
        /// The key.
        kid: Kid,
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
            Self::WordCount { .. } => PHRASE_WORD_COUNT,
            Self::UnknownWord { .. } => PHRASE_UNKNOWN_WORD,
            Self::Checksum => PHRASE_CHECKSUM,
            Self::NoKeys { .. } => NO_KEYS,
            Self::KeysExist { .. } => KEYS_EXIST,
            Self::Exposed { .. } => EXPOSED,
            Self::Keyring {
                cause: JsonError::Newer { .. },
                ..
            } => KEYRING_NEWER,
            Self::Keyring { .. } => KEYRING_DAMAGED,
            Self::KeyFile { .. } => KEY_FILE,
            Self::NoCurrentKey { .. } => NO_CURRENT_KEY,
            Self::Recipients { .. } => RECIPIENTS,
            Self::Sealing(_) => SEALING,
            Self::NotAnEnvelope => NOT_AN_ENVELOPE,
            Self::EnvelopeNewer { .. } => ENVELOPE_NEWER,
            Self::HeaderTooLong => HEADER_TOO_LONG,
            Self::WrongKey => WRONG_KEY,
            Self::Truncated => TRUNCATED,
            Self::Damaged => DAMAGED,
            Self::Read(_) => READ,
            Self::UnknownSender { .. } => UNKNOWN_SENDER,
            Self::WrongRole { .. } => WRONG_ROLE,
            Self::RetiredKey { .. } => RETIRED_KEY,
            Self::RevokedKey { .. } => REVOKED_KEY,
            Self::WrongSignature { .. } => WRONG_SIGNATURE,
        }
    }

    fn class(&self) -> Class {
        match self {
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
            | Self::WrongSignature { .. } => Class::Verification,
        }
    }

    fn help(&self) -> Option<String> {
        let help = match self {
            Self::WordCount { .. } => "enter all words that `airlock keys new` printed",
            Self::UnknownWord { .. } => "compare the word with the note, letter by letter",
            Self::Checksum => "compare every word, and their order, with the note",
            Self::NoKeys { .. } => {
                "make them on the inside with `airlock keys new`, and take them over on the outside with `airlock keys enter`"
            }
            Self::KeysExist { .. } => {
                "keep them, or replace them with --replace: what was sealed to them can then no longer be opened"
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
            Self::NoCurrentKey { .. } => "make keys with `airlock keys new --replace`",
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
            Self::UnknownSender { .. } => "compare the fingerprints of both sides",
            Self::RetiredKey { .. } | Self::RevokedKey { .. } => {
                "ask the other side to make it again with its current keys"
            }
            Self::WrongSignature { .. } => "do not use it; ask the other side to make it again",
            Self::Recipients { .. } | Self::Sealing(_) | Self::WrongRole { .. } => return None,
        };
        Some(help.to_owned())
    }
}

fn tighten(path: &std::path::Path, mode: u32) -> String {
    // A folder is refused only for what others may write; a file for what they may read.
    let change = if mode & 0o111 == 0 { "go=" } else { "go-w" };
    format!("chmod {change} {}", path.display())
}
