//! A place in a text that an error blames.

use std::sync::Arc;

use lock_format::Span;

/// Marks a part of a named text and says what about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// The file's name as people know it, relative to the root.
    pub file: String,
    /// The whole text; invalid UTF-8 already shown as U+FFFD.
    pub text: Arc<str>,
    /// The part that is blamed, in bytes of `text`.
    pub span: Span,
    /// A few words under the caret.
    pub message: String,
}
