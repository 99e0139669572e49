//! Keys and what is done with them: the phrase, the keyring, sealing with age, signatures
//! (`docs/transfer-format.md` sections 3, 7, 9 and 11).
//!
//! Secrets are wiped when dropped, are shown by no `Debug`, and leave only through
//! [`Phrase::words`], [`Keyring::age_identities`] and [`Keyring::to_json`]. An envelope is opened step by step, and each
//! step takes what the one before has proved:
//!
//! ```text
//!  File ─ SealedFile::open ─► header bounded, key fits ─ length ─► AuthenticLength ─ reader_at ─► bytes
//! ```

mod card;
mod change;
mod codes;
mod consistent;
mod derive;
mod error;
mod file_handle;
mod file_key;
mod fingerprint;
mod folder;
mod format;
mod header;
mod identities;
mod identity_file;
mod key;
mod keyring;
mod keyring_text;
mod locked_error;
mod name;
mod pair;
mod pairing_error;
mod passphrase;
mod phrase;
mod plain_reader;
mod public_pair;
mod recipient;
mod recipients;
mod sealed_file;
mod sealer;
mod signer;
mod stored;
#[cfg(test)]
mod testing;

pub use card::Card;
pub use change::{TokenRecipient, Trusted};
pub use codes::CODES;
pub use error::SealError;
pub use fingerprint::Fingerprint;
pub use identities::Identities;
pub use identity_file::IdentityFile;
pub use key::{KeyLabel, KeyState, Role};
pub use keyring::{KeyEntry, Keyring};
pub use locked_error::LockedError;
pub use name::CardName;
pub use pairing_error::PairingError;
pub use passphrase::{Passphrase, seal_with_passphrase};
pub use phrase::{Phrase, WordCount};
pub use plain_reader::PlainReader;
pub use recipient::Recipient;
pub use sealed_file::{AuthenticLength, SealedFile};
pub use sealer::{Sealer, sealed_size};
pub use signer::Signer;
pub use stored::{OpenKeyring, StoredKeyring};
