//! `transfer.sig`: one line that names kind, key and signature (section 7).

use std::fmt;

use lock_format::{Hex, parse_hex};
use sha2::{Digest as _, Sha256};

use super::{Kid, Kind, WireError};

/// How the line begins.
const MAGIC: &str = "airlock-transfer-v1";
/// What keeps a signature over a transfer from being one over anything else.
const CONTEXT: &[u8] = b"airlock/v1/transfer\0";

/// Says who signed what kind of envelope, with the signature.
#[derive(Clone, PartialEq, Eq)]
pub struct SignatureLine {
    /// The kind that is signed.
    pub kind: Kind,
    /// The key that signed.
    pub kid: Kid,
    /// The Ed25519 signature over [`signed_message`].
    pub signature: [u8; 64],
}

impl SignatureLine {
    /// Reads the whole file; anything but exactly one line of the form is refused.
    pub fn parse(bytes: &[u8]) -> Result<Self, WireError> {
        std::str::from_utf8(bytes)
            .ok()
            .and_then(Self::from_line)
            .ok_or(WireError::SignatureLine)
    }

    fn from_line(text: &str) -> Option<Self> {
        let mut words = text.strip_suffix('\n')?.split(' ');
        if words.next()? != MAGIC {
            return None;
        }
        let line = Self {
            kind: words.next()?.parse().ok()?,
            kid: words.next()?.parse().ok()?,
            signature: parse_hex(words.next()?.as_bytes())?,
        };
        words.next().is_none().then_some(line)
    }

    /// Returns the length of the line for a kind, in bytes.
    pub const fn length(kind: Kind) -> u64 {
        // The magic word, the kind, 32 and 128 digits, three spaces and the line feed.
        let words = MAGIC.len().saturating_add(kind.name().len());
        (words.saturating_add(32 + 128 + 4)) as u64
    }
}

impl fmt::Display for SignatureLine {
    /// Writes the line with its line feed.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "{MAGIC} {} {} {}",
            self.kind,
            self.kid,
            Hex(&self.signature)
        )
    }
}

impl fmt::Debug for SignatureLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SignatureLine({} {})", self.kind, self.kid)
    }
}

/// Returns what is signed.
pub fn signed_message(kind: Kind, kid: &Kid, transfer_json: &[u8]) -> Vec<u8> {
    let mut message = CONTEXT.to_vec();
    message.extend_from_slice(kind.name().as_bytes());
    message.push(0);
    message.extend_from_slice(kid.as_bytes());
    message.extend_from_slice(&Sha256::digest(transfer_json));
    message
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line() -> String {
        let signed = SignatureLine {
            kind: Kind::Bundle,
            kid: Kid::from_bytes([7; 16]),
            signature: [0xab; 64],
        };
        signed.to_string()
    }

    #[test]
    fn a_line_round_trips_and_has_the_computed_length() {
        let text = line();
        let parsed = SignatureLine::parse(text.as_bytes()).unwrap();
        assert_eq!(parsed.to_string(), text);
        assert_eq!(SignatureLine::length(Kind::Bundle), text.len() as u64);
    }

    #[test]
    fn any_other_form_is_refused() {
        let text = line();
        for other in [
            String::new(),
            text.trim_end().to_owned(),
            format!("{text}\n"),
            format!(" {text}"),
            text.replace(' ', "  "),
            text.replace("-v1", "-v2"),
            text.replace("bundle", "Bundle"),
            text.replace("ab", "AB"),
            text.replacen("07", "0", 1),
            text.replacen("ab", "", 1),
            text.replace('\n', "\r\n"),
            text.replace('\n', " x\n"),
        ] {
            assert_eq!(
                SignatureLine::parse(other.as_bytes()),
                Err(WireError::SignatureLine),
                "{other:?}"
            );
        }
    }

    #[test]
    fn the_message_binds_kind_key_and_text() {
        let kid = Kid::from_bytes([1; 16]);
        let message = signed_message(Kind::Request, &kid, b"{}");
        assert!(message.starts_with(b"airlock/v1/transfer\0request\0\x01\x01"));
        assert_eq!(message.len(), 20 + 8 + 16 + 32);
        assert_ne!(message, signed_message(Kind::Bundle, &kid, b"{}"));
        assert_ne!(message, signed_message(Kind::Request, &kid, b"{} "));
    }
}
