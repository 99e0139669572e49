//! The three kinds of envelope.

use std::fmt;
use std::str::FromStr;

/// Tells what an envelope is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Inside to outside: what is needed.
    Request,
    /// Outside to inside: blobs and resolutions.
    Bundle,
    /// Inside to outside: what became of bundles.
    Receipt,
}

/// A text is no kind of this format.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not request, bundle or receipt")]
pub struct UnknownKind;

impl Kind {
    /// Returns the name that is signed and written.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Request => "request",
            Self::Bundle => "bundle",
            Self::Receipt => "receipt",
        }
    }
}

impl FromStr for Kind {
    type Err = UnknownKind;

    fn from_str(text: &str) -> Result<Self, UnknownKind> {
        [Self::Request, Self::Bundle, Self::Receipt]
            .into_iter()
            .find(|kind| kind.name() == text)
            .ok_or(UnknownKind)
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
