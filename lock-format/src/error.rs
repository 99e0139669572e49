//! The error of reading or making a lock.

use crate::{Position, Problem, Span};

/// Tells what is wrong with a lock, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{problem}")]
pub struct LockError {
    problem: Box<Problem>,
    place: Option<(Span, Position)>,
}

impl LockError {
    /// Returns the facts.
    pub fn problem(&self) -> &Problem {
        &self.problem
    }

    /// Tells whether a newer airlock would know what this one does not; else the lock is broken.
    pub fn is_newer(&self) -> bool {
        self.problem.is_newer()
    }

    /// Returns the bytes of the text that are to blame; none where there was no text.
    pub fn span(&self) -> Option<Span> {
        self.place.map(|(span, _)| span)
    }

    /// Returns line and column of what is to blame; none where there was no text.
    pub fn position(&self) -> Option<Position> {
        self.place.map(|(_, position)| position)
    }

    /// Names the command or change that helps.
    pub fn help(&self) -> Option<String> {
        let restore =
            "restore the file from git, or delete it and run `airlock lock` to write it again";
        let general = self.place.map(|_| restore);
        self.problem.remedy().or(general).map(str::to_owned)
    }
}

/// A problem with the place it was found at, as rules and readers pass it on.
#[derive(Debug)]
pub(crate) struct Fault {
    problem: Problem,
    span: Span,
}

impl Fault {
    /// Blames `span` for `problem`.
    pub(crate) fn new(problem: impl Into<Problem>, span: Span) -> Self {
        Self {
            problem: problem.into(),
            span,
        }
    }

    /// Makes an error about a text.
    pub(crate) fn within(self, text: &[u8]) -> LockError {
        LockError {
            place: Some((self.span, self.span.position(text))),
            problem: Box::new(self.problem),
        }
    }

    /// Makes an error about values that never were a text.
    pub(crate) fn without_text(self) -> LockError {
        LockError {
            place: None,
            problem: Box::new(self.problem),
        }
    }
}
