//! Bounds on what expansion may cost: a hostile file doubles a value on every line.

use std::cell::Cell;

use super::ExpandProblem;

/// Longest word after expansion, in bytes. References are far shorter.
const WORD_BYTES: usize = 1 << 20;
/// Bytes that all words of a file may expand to together.
const FILE_BYTES: usize = 64 << 20;
/// Steps that all patterns of a file may take together.
const STEPS: usize = 50_000_000;

/// What is left of the bounds for one file.
#[derive(Clone, Debug)]
pub(crate) struct Budget {
    bytes: Cell<usize>,
    steps: Cell<usize>,
}

impl Default for Budget {
    fn default() -> Self {
        Self {
            bytes: Cell::new(FILE_BYTES),
            steps: Cell::new(STEPS),
        }
    }
}

impl Budget {
    /// Checks the length of a word, finished or not.
    pub(super) fn word(length: usize) -> Result<(), ExpandProblem> {
        if length > WORD_BYTES {
            return Err(ExpandProblem::TooLong { limit: WORD_BYTES });
        }
        Ok(())
    }

    /// Takes the bytes of a value that is put into a word.
    pub(super) fn bytes(&self, count: usize) -> Result<(), ExpandProblem> {
        let left = self
            .bytes
            .get()
            .checked_sub(count)
            .ok_or(ExpandProblem::TooLong { limit: FILE_BYTES })?;
        self.bytes.set(left);
        Ok(())
    }

    /// Takes steps of a pattern.
    pub(super) fn steps(&self, count: usize) -> Result<(), ExpandProblem> {
        let left = self
            .steps
            .get()
            .checked_sub(count)
            .ok_or(ExpandProblem::TooMuchWork)?;
        self.steps.set(left);
        Ok(())
    }
}
