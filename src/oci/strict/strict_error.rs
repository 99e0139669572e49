//! Why JSON is refused before anything in it is read.

/// Why JSON is refused before anything in it is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum StrictError {
    /// Not JSON, or more than one value.
    Syntax {
        /// What the parser says.
        reason: String,
    },
    /// Not UTF-8.
    NotUtf8 {
        /// Offset of the first byte that is not.
        offset: usize,
    },
    /// An array where clients read a structure.
    ArrayForObject,
    /// Values inside of values beyond the limit.
    TooDeep,
    /// An object or array with more members than the limit.
    TooManyMembers,
    /// A key that is there twice, perhaps in another case.
    Twice {
        /// The key.
        first: String,
        /// The same key again.
        second: String,
    },
    /// A known key in another case.
    OtherCase {
        /// As written.
        key: String,
        /// As it is known.
        known: &'static str,
    },
}
