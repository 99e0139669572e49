//! Waiting as an input, so that tests of waiting do not wait.

use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use super::{Cancel, Cancelled};

/// Waits.
pub trait Sleeper: Sync {
    /// Waits for `time`, or until a stop is asked for.
    fn sleep(&self, time: Duration, cancel: &Cancel) -> Result<(), Cancelled>;
}

/// Waits on the thread that asks.
#[derive(Clone, Copy, Debug)]
pub struct ThreadSleeper;

/// How long a stop may go unnoticed.
const SLICE: Duration = Duration::from_millis(100);

impl Sleeper for ThreadSleeper {
    fn sleep(&self, time: Duration, cancel: &Cancel) -> Result<(), Cancelled> {
        let mut left = time;
        while !left.is_zero() {
            cancel.check()?;
            let slice = left.min(SLICE);
            thread::sleep(slice);
            left = left.saturating_sub(slice);
        }
        cancel.check()
    }
}

/// Does not wait, and remembers how long it was asked to; for tests.
#[derive(Debug, Default)]
pub struct RecordingSleeper(Mutex<Vec<Duration>>);

impl RecordingSleeper {
    /// Returns the waits asked for so far, in order.
    pub fn waits(&self) -> Vec<Duration> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

impl Sleeper for RecordingSleeper {
    fn sleep(&self, time: Duration, cancel: &Cancel) -> Result<(), Cancelled> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(time);
        cancel.check()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stop_ends_the_wait() {
        let cancel = Cancel::default();
        cancel.set();
        let forever = Duration::from_secs(1 << 30);
        assert_eq!(ThreadSleeper.sleep(forever, &cancel), Err(Cancelled));
    }

    #[test]
    fn waits_are_remembered() {
        let sleeper = RecordingSleeper::default();
        let wait = Duration::from_secs(7);
        assert_eq!(sleeper.sleep(wait, &Cancel::default()), Ok(()));
        assert_eq!(sleeper.waits(), [wait]);
    }
}
