//! A value and where it stands.

use crate::Span;

/// A value with the place it was read from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Marked<T> {
    /// The value.
    pub(crate) value: T,
    /// Where it stands.
    pub(crate) span: Span,
}

impl<T> Marked<T> {
    /// Marks `value` with `span`.
    pub(crate) fn new(value: T, span: Span) -> Self {
        Self { value, span }
    }
}

/// Returns the values without their places.
pub(crate) fn bare<T>(list: Vec<Marked<T>>) -> Vec<T> {
    list.into_iter().map(|marked| marked.value).collect()
}

/// Returns the places of values.
pub(crate) fn spans<T>(list: &[Marked<T>]) -> Vec<Span> {
    list.iter().map(|marked| marked.span).collect()
}
