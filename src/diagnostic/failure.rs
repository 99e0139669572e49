//! The one reportable type at the door of an operation.

use std::fmt;

use super::Diagnose;

/// Carries any room's error to floor 4.
pub struct Failure(Box<dyn Diagnose>);

impl Failure {
    /// Returns the facts.
    pub fn facts(&self) -> &dyn Diagnose {
        self.0.as_ref()
    }
}

impl<E: Diagnose> From<E> for Failure {
    fn from(error: E) -> Self {
        Self(Box::new(error))
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl fmt::Debug for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.0.code(), self.0)
    }
}
