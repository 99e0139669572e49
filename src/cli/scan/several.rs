//! Failures of several sources, told as one.

use std::fmt;

use crate::diagnostic::{Class, Code, Diagnose, Failure, Label};

/// At least two failures; the first one gives its name to all.
#[derive(Debug)]
pub(super) struct Several {
    first: Failure,
    rest: Vec<Failure>,
}

impl Several {
    /// Makes one failure of any number; none of none.
    pub(super) fn of(mut failures: Vec<Failure>) -> Option<Failure> {
        if failures.is_empty() {
            return None;
        }
        let first = failures.remove(0);
        if failures.is_empty() {
            return Some(first);
        }
        let rest = failures;
        Some(Self { first, rest }.into())
    }
}

impl fmt::Display for Several {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.first, f)
    }
}

impl std::error::Error for Several {}

impl Diagnose for Several {
    fn code(&self) -> Code {
        self.first.facts().code()
    }

    fn class(&self) -> Class {
        self.first.facts().class()
    }

    fn help(&self) -> Option<String> {
        self.first.facts().help()
    }

    fn labels(&self) -> Vec<Label> {
        self.first.facts().labels()
    }

    fn related(&self) -> Vec<&dyn Diagnose> {
        let mut related = self.first.facts().related();
        related.extend(self.rest.iter().map(Failure::facts));
        related
    }
}
