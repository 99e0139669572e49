//! A stop that also ends waits.

use std::sync::{Condvar, Mutex, PoisonError};
use std::time::Duration;

/// Set once, when the scripted registry is dropped.
#[derive(Debug, Default)]
pub(super) struct Stop {
    set: Mutex<bool>,
    changed: Condvar,
}

impl Stop {
    /// Asks everybody to stop.
    pub(super) fn set(&self) {
        *self.set.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.changed.notify_all();
    }

    /// Tells whether a stop was asked for.
    pub(super) fn is_set(&self) -> bool {
        *self.set.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for `time`; true when a stop was asked for meanwhile.
    pub(super) fn wait(&self, time: Duration) -> bool {
        let set = self.set.lock().unwrap_or_else(PoisonError::into_inner);
        let (set, _) = self
            .changed
            .wait_timeout_while(set, time, |set| !*set)
            .unwrap_or_else(PoisonError::into_inner);
        *set
    }
}
