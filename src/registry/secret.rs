//! Something that must not be shown.

use std::fmt;

use serde::Deserialize;
use zeroize::Zeroize as _;

/// A password or a token: wiped when dropped, and never shown.
#[derive(Clone, Default, Deserialize, PartialEq, Eq)]
#[serde(transparent)]
pub struct Secret(String);

impl Secret {
    /// Takes a secret.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// Tells whether bytes repeat it; of the value of a header, what comes after the scheme.
    pub(super) fn is_within(&self, bytes: &[u8]) -> bool {
        let text = self.0.rsplit(' ').next().unwrap_or_default();
        !text.is_empty()
            && bytes
                .windows(text.len())
                .any(|window| window == text.as_bytes())
    }

    /// Returns the text, for a header or a form and nothing else.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl Drop for Secret {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_of_it_is_shown() {
        assert!(!format!("{:?}", Secret::new("hunter2")).contains("hunter2"));
    }
}
