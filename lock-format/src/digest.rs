//! A digest: `sha256:<64 hex>` or `sha512:<128 hex>` (OCI image specification, descriptor.md).

use std::fmt;
use std::str::FromStr;

use crate::hex::{Hex, parse_hex};

/// Names a digest algorithm that airlock verifies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Algorithm {
    /// SHA-256, 32 bytes.
    Sha256,
    /// SHA-512, 64 bytes.
    Sha512,
}

impl Algorithm {
    /// Returns the name used before the colon and as a folder below `blobs/`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Sha256 => "sha256",
            Self::Sha512 => "sha512",
        }
    }
}

impl fmt::Display for Algorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Identifies bytes by what they are.
///
/// Ordered by algorithm, then by value, which is also the byte order of the text form.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Digest {
    /// The 32 bytes of a SHA-256.
    Sha256([u8; 32]),
    /// The 64 bytes of a SHA-512.
    Sha512([u8; 64]),
}

/// Tells why a text is not a digest.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DigestError {
    /// There is no colon.
    #[error("`{0}` has no algorithm: a digest is written `sha256:` and 64 hex digits")]
    NoAlgorithm(String),
    /// An algorithm that is not sha256 or sha512.
    #[error("unknown digest algorithm `{0}`: sha256 and sha512 are known")]
    UnknownAlgorithm(String),
    /// Wrong length, upper case, or something else than hex digits.
    #[error("`{text}` is not a {algorithm} digest: it takes {digits} lower-case hex digits")]
    NotHex {
        /// The whole text.
        text: String,
        /// The algorithm it names.
        algorithm: &'static str,
        /// How many digits the algorithm takes.
        digits: usize,
    },
}

impl Digest {
    /// Returns the algorithm.
    pub fn algorithm(&self) -> Algorithm {
        match self {
            Self::Sha256(_) => Algorithm::Sha256,
            Self::Sha512(_) => Algorithm::Sha512,
        }
    }

    /// Returns the raw bytes, 32 or 64 of them.
    pub fn as_bytes(&self) -> &[u8] {
        match self {
            Self::Sha256(bytes) => bytes,
            Self::Sha512(bytes) => bytes,
        }
    }

    /// Returns the lower-case hex digits without the algorithm.
    pub fn hex(&self) -> String {
        Hex(self.as_bytes()).to_string()
    }

    /// Returns the first twelve hex digits, for people.
    pub fn short(&self) -> String {
        let mut hex = self.hex();
        hex.truncate(12);
        hex
    }
}

impl FromStr for Digest {
    type Err = DigestError;

    fn from_str(text: &str) -> Result<Self, DigestError> {
        let (name, hex) = text
            .split_once(':')
            .ok_or_else(|| DigestError::NoAlgorithm(text.to_owned()))?;
        let (algorithm, digits, parsed) = match name {
            "sha256" => (
                Algorithm::Sha256,
                64,
                parse_hex(hex.as_bytes()).map(Self::Sha256),
            ),
            "sha512" => (
                Algorithm::Sha512,
                128,
                parse_hex(hex.as_bytes()).map(Self::Sha512),
            ),
            other => return Err(DigestError::UnknownAlgorithm(other.to_owned())),
        };
        parsed.ok_or_else(|| DigestError::NotHex {
            text: text.to_owned(),
            algorithm: algorithm.name(),
            digits,
        })
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.algorithm(), self.hex())
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_form_round_trips() {
        for text in [
            format!("sha256:{}", "0123456789abcdef".repeat(4)),
            format!("sha512:{}", "fedcba9876543210".repeat(8)),
        ] {
            assert_eq!(text.parse::<Digest>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn anything_else_is_refused_with_its_reason() {
        let short = format!("sha256:{}", "a".repeat(63));
        let long = format!("sha256:{}", "a".repeat(65));
        let upper = format!("sha256:{}", "A".repeat(64));
        for text in [short.as_str(), &long, &upper, "sha256:", "sha512:ab"] {
            assert!(
                matches!(text.parse::<Digest>(), Err(DigestError::NotHex { .. })),
                "{text}"
            );
        }
        assert_eq!(
            "md5:00".parse::<Digest>(),
            Err(DigestError::UnknownAlgorithm("md5".to_owned()))
        );
        assert_eq!(
            "abc".parse::<Digest>(),
            Err(DigestError::NoAlgorithm("abc".to_owned()))
        );
    }

    #[test]
    fn order_of_values_is_the_order_of_texts() {
        let mut texts = [
            format!("sha512:{}", "0".repeat(128)),
            format!("sha256:{}", "f".repeat(64)),
            format!("sha256:{}", "0".repeat(64)),
        ];
        let mut digests: Vec<Digest> = texts.iter().map(|text| text.parse().unwrap()).collect();
        texts.sort();
        digests.sort();
        let sorted: Vec<String> = digests.iter().map(Digest::to_string).collect();
        assert_eq!(sorted, texts);
    }
}
