//! Bounds on what clients may take.

use std::time::Duration;

/// Bounds on what clients may take.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// Most connections served at a time; the next ones wait and are not refused.
    pub connections: usize,
    /// Longest request line and header lines together, in bytes.
    pub head_bytes: usize,
    /// Longest time for a head to come whole, and for a connection to be idle.
    pub head_timeout: Duration,
    /// Longest time for which a client may take no byte of an answer at all.
    pub stalled: Duration,
    /// Longest time for answers under way to end when the server stops.
    pub drain: Duration,
}

impl Default for Bounds {
    fn default() -> Self {
        Self {
            connections: 1024,
            head_bytes: 32 * 1024,
            head_timeout: Duration::from_secs(30),
            stalled: Duration::from_mins(15),
            drain: Duration::from_mins(1),
        }
    }
}
