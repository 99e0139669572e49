//! Text that canonical JSON can hold.

use std::fmt;

use crate::run::limits::STRING_BYTES;

/// Printable ASCII, at most [`STRING_BYTES`] long.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Text(String);

impl Text {
    /// Takes any text; what cannot be held becomes `?`, and what is too long is cut.
    pub fn lossy(text: &str) -> Self {
        Self(
            text.chars()
                .take(STRING_BYTES)
                .map(|c| if matches!(c, ' '..='~') { c } else { '?' })
                .collect(),
        )
    }

    /// Returns the text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_held_is_replaced_and_cut() {
        assert_eq!(Text::lossy("a\u{1b}[é~").as_str(), "a?[?~");
        assert_eq!(
            Text::lossy(&"é".repeat(STRING_BYTES + 1)).as_str().len(),
            STRING_BYTES
        );
    }
}
