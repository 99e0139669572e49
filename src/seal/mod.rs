//! Keys and what is done with them: the phrase, the keyring, sealing with age, signatures
//! (`docs/transfer-format.md` sections 3, 7, 9 and 11).
//!
//! Secrets are wiped when dropped, are shown by no `Debug`, and leave only through
//! [`Phrase::words`] and [`Keyring::age_identities`]. An envelope is opened step by step, and each
//! step takes what the one before has proved:
//!
//! ```text
//!  File ─ SealedFile::open ─► header bounded, key fits ─ length ─► AuthenticLength ─ reader_at ─► bytes
//! ```

mod derive;
mod error;
mod file_handle;
mod fingerprint;
mod folder;
mod header;
mod key;
mod keyring;
mod keyring_text;
mod pair;
mod passphrase;
mod phrase;
mod plain_reader;
mod recipient;
mod sealed_file;
mod sealer;
mod signer;

pub use error::{CODES, SealError};
pub use fingerprint::Fingerprint;
pub use key::{KeyState, Role};
pub use keyring::{Identities, Keyring};
pub use passphrase::seal_with_passphrase;
pub use phrase::{Phrase, WordCount};
pub use plain_reader::PlainReader;
pub use recipient::Recipient;
pub use sealed_file::{AuthenticLength, SealedFile};
pub use sealer::{Sealer, sealed_size};
pub use signer::Signer;
