//! A value that remembers where it stands.

use super::error::Place;

/// A value and the place that is blamed for it.
#[derive(Clone, Debug)]
pub struct Placed<T> {
    /// The value.
    pub value: T,
    /// Where it stands.
    pub place: Place,
}
