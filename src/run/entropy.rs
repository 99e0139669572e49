//! Randomness as an input.

use std::sync::Mutex;

use crate::diagnostic::{Class, Code, Diagnose};

/// Fills bytes from a random source fit for keys.
pub trait Entropy: Sync {
    /// Fills `out` whole, or fails.
    fn fill(&self, out: &mut [u8]) -> Result<(), EntropyError>;
}

/// The random source gave nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the operating system's random source gave nothing: {0}")]
pub struct EntropyError(pub String);

impl Diagnose for EntropyError {
    fn code(&self) -> Code {
        Code::new("run/no-randomness")
    }

    fn class(&self) -> Class {
        Class::Environment
    }
}

/// Counts up from a seed byte; for tests and vectors only.
#[derive(Debug, Default)]
pub struct FixedEntropy(Mutex<u8>);

impl FixedEntropy {
    /// Starts at `seed`.
    pub fn new(seed: u8) -> Self {
        Self(Mutex::new(seed))
    }
}

impl Entropy for FixedEntropy {
    fn fill(&self, out: &mut [u8]) -> Result<(), EntropyError> {
        let mut next = self
            .0
            .lock()
            .map_err(|_| EntropyError("poisoned".to_owned()))?;
        for byte in out {
            *byte = *next;
            *next = next.wrapping_add(1);
        }
        Ok(())
    }
}
