//! Time as an input.

/// Tells the time.
pub trait Clock: Sync {
    /// Returns seconds since 1970-01-01 UTC.
    fn unix_seconds(&self) -> u64;
}

/// Stands still; for tests and vectors.
#[derive(Clone, Copy, Debug)]
pub struct FixedClock(pub u64);

impl Clock for FixedClock {
    fn unix_seconds(&self) -> u64 {
        self.0
    }
}
