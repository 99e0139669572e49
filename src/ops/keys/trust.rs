//! `airlock keys trust`.

use std::io::Read;
use std::path::Path;

use super::Grace;
use crate::diagnostic::Failure;
use crate::run::Clock;
use crate::seal::{Card, Fingerprint, OpenKeyring, PairingError, Trusted};

/// Reads a card file; `path` is for the message.
pub fn read_card(input: impl Read, path: &Path) -> Result<Card, PairingError> {
    let mut bytes = Vec::new();
    // A newline, and one byte that makes what is too long too long.
    #[expect(clippy::disallowed_methods, reason = "bounded by take")]
    input
        .take(Card::LONGEST as u64 + 2)
        .read_to_end(&mut bytes)
        .map_err(|cause| PairingError::CardFile {
            path: path.to_owned(),
            cause,
        })?;
    Card::parse(&bytes).map_err(PairingError::Card)
}

/// Fails unless a fingerprint, as a person typed it, is that of the card.
pub fn confirm(card: &Card, typed: &str) -> Result<(), PairingError> {
    let expected: Fingerprint = typed.parse().map_err(|_| PairingError::NotAFingerprint)?;
    let found = card.fingerprint();
    if found == expected {
        Ok(())
    } else {
        Err(PairingError::OtherFingerprint { expected, found })
    }
}

/// Trusts a card whose fingerprint was confirmed; with a grace, in the place of its end's old one.
pub fn trust(
    open: &mut OpenKeyring,
    card: Card,
    rotated: Option<Grace>,
    clock: &dyn Clock,
) -> Result<Trusted, Failure> {
    let now = clock.unix_seconds();
    let until = rotated.map(|grace| grace.end(now));
    let trusted = open.keyring.trust(card, until, now)?;
    if trusted != Trusted::Before {
        open.save()?;
    }
    Ok(trusted)
}
