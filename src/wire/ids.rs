//! Identifiers of fixed length, written in lower-case hex.

use std::fmt;
use std::str::FromStr;

use lock_format::{Hex, parse_hex};
use sha2::{Digest as _, Sha256};

/// Makes a type for an identifier of so many bytes.
macro_rules! hex_id {
    ($(#[$doc:meta])* $name:ident, $bytes:literal, $what:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name([u8; $bytes]);

        impl $name {
            /// Takes the raw bytes.
            pub const fn from_bytes(bytes: [u8; $bytes]) -> Self {
                Self(bytes)
            }

            /// Returns the raw bytes.
            pub const fn as_bytes(&self) -> &[u8; $bytes] {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = NotHex;

            fn from_str(text: &str) -> Result<Self, NotHex> {
                parse_hex(text.as_bytes()).map(Self).ok_or(NotHex { what: $what, bytes: $bytes })
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(&Hex(&self.0), f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }
    };
}

hex_id!(
    /// Identifies a key pair (section 3.3); what `from` and `to` name.
    Kid, 16, "a key id"
);
hex_id!(
    /// Identifies a site: random, made with the store, kept over rotations.
    SiteId, 16, "a site"
);
hex_id!(
    /// Makes each request unique.
    Nonce, 16, "a nonce"
);
hex_id!(
    /// Identifies an envelope: the SHA-256 of its `transfer.json`.
    TransferId, 32, "the id of an envelope"
);

impl TransferId {
    /// Computes the id from the bytes of `transfer.json`.
    pub fn of(transfer_json: &[u8]) -> Self {
        Self(Sha256::digest(transfer_json).into())
    }

    /// Returns the first twelve digits, for people and file names.
    pub fn short(&self) -> String {
        let mut hex = self.to_string();
        hex.truncate(12);
        hex
    }
}

/// A text is not an identifier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not {what}, which is {bytes} bytes in lower-case hex")]
pub struct NotHex {
    what: &'static str,
    bytes: usize,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_form_round_trips() {
        let text = "00ff102030405060708090a0b0c0d0e0";
        assert_eq!(text.parse::<Kid>().unwrap().to_string(), text);
    }

    #[test]
    fn anything_but_lower_case_hex_of_the_right_length_is_refused() {
        for text in [
            "",
            "00",
            &"0".repeat(31),
            &"0".repeat(33),
            &"A".repeat(32),
            &"g".repeat(32),
        ] {
            assert!(text.parse::<Kid>().is_err(), "{text}");
        }
    }

    #[test]
    fn an_id_is_the_sha_256_of_the_bytes() {
        assert_eq!(TransferId::of(b"abc").short(), "ba7816bf8f01");
    }
}
