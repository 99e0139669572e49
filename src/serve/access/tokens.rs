//! The tokens that are valid, by name: what is kept of each is its SHA-256.

use std::collections::BTreeMap;
use std::hint::black_box;

use lock_format::{Algorithm, Digest};
use serde::Deserialize;
use serde_json::{Value, json};

use super::secret::Secret;
use crate::oci::digest_of;

/// Tokens by name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tokens(BTreeMap<String, Token>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Token {
    digest: Digest,
    created: u64,
}

/// Why tokens are not read or changed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TokensError {
    /// The text is not a list of tokens.
    #[error("it is not a list of tokens: {0}")]
    Broken(String),
    /// The text is of a newer program.
    #[error("its format is {0}, newer than this program knows (1)")]
    Newer(u64),
    /// A name that cannot be one.
    #[error(
        "`{0}` is no name of a token: it takes 1 to 64 letters, digits, dots, dashes, underscores"
    )]
    Name(String),
    /// A name that is taken.
    #[error("there is a token named `{0}` already")]
    Taken(String),
    /// A name that nobody has.
    #[error("there is no token named `{0}`")]
    Unknown(String),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wire {
    #[serde(rename = "format")]
    _format: u64,
    tokens: Vec<WireToken>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WireToken {
    name: String,
    digest: String,
    created: u64,
}

#[derive(Deserialize)]
struct Version {
    format: u64,
}

impl Tokens {
    /// Reads the text of a file.
    pub fn parse(text: &[u8]) -> Result<Self, TokensError> {
        let broken = |error: &dyn ToString| TokensError::Broken(error.to_string());
        let version: Version = serde_json::from_slice(text).map_err(|error| broken(&error))?;
        if version.format != 1 {
            return Err(TokensError::Newer(version.format));
        }
        let wire: Wire = serde_json::from_slice(text).map_err(|error| broken(&error))?;
        let mut tokens = Self::default();
        for token in wire.tokens {
            let digest = token.digest.parse().map_err(|error| broken(&error))?;
            tokens.insert(token.name, digest, token.created)?;
        }
        Ok(tokens)
    }

    /// Writes the text of a file.
    pub fn text(&self) -> String {
        let describe = |(name, token): (&String, &Token)| {
            let digest = token.digest.to_string();
            json!({"name": name, "digest": digest, "created": token.created})
        };
        let tokens: Vec<Value> = self.0.iter().map(describe).collect();
        format!("{:#}\n", json!({"format": 1, "tokens": tokens}))
    }

    /// Adds a token, made at `created` (seconds since 1970).
    pub fn add(&mut self, name: &str, secret: &Secret, created: u64) -> Result<(), TokensError> {
        self.insert(name.to_owned(), digest(secret.reveal()), created)
    }

    /// Takes a token away.
    pub fn revoke(&mut self, name: &str) -> Result<(), TokensError> {
        let found = self.0.remove(name);
        found
            .map(drop)
            .ok_or_else(|| TokensError::Unknown(name.to_owned()))
    }

    /// Returns names and when each was made, in seconds since 1970.
    pub fn list(&self) -> impl Iterator<Item = (&str, u64)> {
        self.0
            .iter()
            .map(|(name, token)| (name.as_str(), token.created))
    }

    /// Tells whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns the name of the token that was presented; every one is compared whole, so that the
    /// time taken tells nothing.
    pub(super) fn find(&self, presented: &str) -> Option<&str> {
        let presented = digest(presented);
        let mut found = None;
        for (name, token) in &self.0 {
            if is_same(token.digest.as_bytes(), presented.as_bytes()) {
                found = Some(name.as_str());
            }
        }
        found
    }

    fn insert(&mut self, name: String, digest: Digest, created: u64) -> Result<(), TokensError> {
        let fits = (1..=64).contains(&name.len())
            && name
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b));
        if !fits {
            return Err(TokensError::Name(name));
        }
        if self.0.contains_key(&name) {
            return Err(TokensError::Taken(name));
        }
        self.0.insert(name, Token { digest, created });
        Ok(())
    }
}

fn digest(text: &str) -> Digest {
    digest_of(Algorithm::Sha256, text.as_bytes())
}

fn is_same(one: &[u8], other: &[u8]) -> bool {
    let differing = one
        .iter()
        .zip(other)
        .fold(0, |all, (a, b)| black_box(all | (a ^ b)));
    one.len() == other.len() && differing == 0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::FixedEntropy;

    #[test]
    fn what_is_written_is_read_again_and_opens_nothing() {
        let entropy = FixedEntropy::new(0);
        let (one, two) = (
            Secret::new(&entropy).unwrap(),
            Secret::new(&entropy).unwrap(),
        );
        let mut tokens = Tokens::default();
        tokens.add("ci.one", &one, 5).unwrap();
        tokens.add("b", &two, 6).unwrap();
        let text = tokens.text();
        assert!(!text.contains(one.reveal()), "{text}");
        assert_eq!(Tokens::parse(text.as_bytes()), Ok(tokens.clone()));
        assert_eq!(tokens.find(one.reveal()), Some("ci.one"));
        assert_eq!(tokens.find(two.reveal()), Some("b"));
        assert_eq!(tokens.find("airlock_"), None);
        tokens.revoke("b").unwrap();
        assert_eq!(tokens.find(two.reveal()), None);
        assert_eq!(
            tokens.revoke("b"),
            Err(TokensError::Unknown("b".to_owned()))
        );
    }

    #[test]
    fn digests_are_compared_to_their_end() {
        for (one, other, same) in [
            ("abcd", "abcd", true),
            ("abcd", "abce", false),
            ("abcd", "bbcd", false),
            ("abcd", "abc", false),
            ("", "a", false),
        ] {
            assert_eq!(
                is_same(one.as_bytes(), other.as_bytes()),
                same,
                "{one} {other}"
            );
        }
    }

    #[test]
    fn names_are_plain_and_given_once() {
        let secret = Secret::new(&FixedEntropy::new(0)).unwrap();
        let mut tokens = Tokens::default();
        tokens.add("a", &secret, 0).unwrap();
        let taken = tokens.add("a", &secret, 0);
        assert_eq!(taken, Err(TokensError::Taken("a".to_owned())));
        for name in ["", "a b", "ü", "a\n", &"a".repeat(65)] {
            let refused = tokens.add(name, &secret, 0);
            assert_eq!(refused, Err(TokensError::Name(name.to_owned())));
        }
    }

    #[test]
    fn other_texts_are_refused() {
        for (text, newer) in [
            ("", false),
            ("{}", false),
            ("{\"format\":2}", true),
            ("{\"format\":1,\"tokens\":[],\"more\":1}", false),
            (
                "{\"format\":1,\"tokens\":[{\"name\":\"a\",\"digest\":\"x\",\"created\":0}]}",
                false,
            ),
        ] {
            let error = Tokens::parse(text.as_bytes()).unwrap_err();
            assert_eq!(matches!(error, TokensError::Newer(2)), newer, "{text}");
        }
    }
}
