//! What an end is called on its card (`card-name` of the grammar).

use std::fmt;
use std::str::FromStr;

/// Longest name, in bytes.
const LONGEST: usize = 64;

/// A name of `a-z`, `0-9`, `.`, `_` and `-` that begins with a letter or a digit; at most 64 bytes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct CardName(String);

/// A text is no name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "not a name: 1 to {LONGEST} of a to z, 0 to 9, `.`, `_` and `-`, beginning with a letter or a digit"
)]
pub struct NotAName;

impl CardName {
    /// Returns the text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for CardName {
    type Err = NotAName;

    fn from_str(text: &str) -> Result<Self, NotAName> {
        let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
        let begins = text.bytes().next().is_some_and(plain);
        let goes_on = text
            .bytes()
            .all(|byte| plain(byte) || b"._-".contains(&byte));
        if begins && goes_on && text.len() <= LONGEST {
            Ok(Self(text.to_owned()))
        } else {
            Err(NotAName)
        }
    }
}

impl fmt::Display for CardName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_names_pass() {
        for good in ["a", "9", "hall-3", "plant.north_2", &"a".repeat(LONGEST)] {
            assert_eq!(
                good.parse::<CardName>().map(|name| name.0),
                Ok(good.to_owned())
            );
        }
        for bad in [
            "",
            "-a",
            ".a",
            "Hall",
            "a b",
            "é",
            "a\n",
            "a/b",
            &"a".repeat(LONGEST + 1),
        ] {
            assert_eq!(bad.parse::<CardName>(), Err(NotAName), "{bad:?}");
        }
    }
}
