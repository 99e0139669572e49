//! Stopping at the next chunk.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::diagnostic::{Class, Code, Diagnose};

/// Tells running work to stop; shared by all its threads.
#[derive(Clone, Debug, Default)]
pub struct Cancel(Arc<AtomicBool>);

/// The work was asked to stop; what it had finished is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("stopped; what was finished is kept")]
pub struct Cancelled;

impl Cancel {
    /// Asks for a stop.
    pub fn set(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Returns the flag itself, for a signal handler to set.
    pub fn flag(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.0)
    }

    /// Tells whether a stop was asked for.
    pub fn is_set(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }

    /// Fails when a stop was asked for: call it between chunks.
    pub fn check(&self) -> Result<(), Cancelled> {
        if self.is_set() {
            Err(Cancelled)
        } else {
            Ok(())
        }
    }
}

impl Diagnose for Cancelled {
    fn code(&self) -> Code {
        Code::new("run/cancelled")
    }

    fn class(&self) -> Class {
        Class::Cancelled
    }

    fn help(&self) -> Option<String> {
        Some("run the same command again: it continues from what is there".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clone_sees_the_stop() {
        let cancel = Cancel::default();
        let other = cancel.clone();
        assert_eq!(other.check(), Ok(()));
        cancel.set();
        assert_eq!(other.check(), Err(Cancelled));
    }
}
