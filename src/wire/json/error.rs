//! Why a text is not the canonical JSON that was expected.

use crate::diagnostic::sanitize;

/// Longest piece of foreign text in a message, in characters.
pub(super) const SHOWN: usize = 160;

/// Tells why a text was refused. Field names are ours; other text is shortened and printable.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum JsonError {
    /// Not of the grammar, or written in another way than the canonical one.
    #[error("byte {at} is not in canonical form: {why}")]
    NotCanonical {
        /// Offset of the first byte that is wrong.
        at: usize,
        /// What is wrong there.
        why: &'static str,
    },
    /// A key, or a value of a closed list, that a later format has.
    #[error("`{what}` is newer than this airlock knows")]
    Newer {
        /// The key or value.
        what: String,
    },
    /// A field that must be there is not.
    #[error("`{field}` is missing")]
    Missing {
        /// The field.
        field: &'static str,
    },
    /// A field has a value that is not allowed.
    #[error("`{field}` {why}")]
    Bad {
        /// The field.
        field: &'static str,
        /// What is wrong with it.
        why: String,
    },
    /// Something is larger than its limit (section 12).
    #[error("{what}: more than the limit of {limit}")]
    Limit {
        /// What is too large.
        what: &'static str,
        /// The limit, in its own unit.
        limit: u64,
    },
}

impl JsonError {
    /// Names a key or value that a later format has.
    pub fn newer(what: &str) -> Self {
        Self::Newer {
            what: sanitize(what, SHOWN),
        }
    }

    /// Blames the value of a field.
    pub fn bad(field: &'static str, why: impl Into<String>) -> Self {
        Self::Bad {
            field,
            why: why.into(),
        }
    }
}
