//! Bounds on what clients may take.

use std::time::Duration;

/// Bounds on what clients may take.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// Most connections served at a time; the next ones wait and are not refused. Each takes up to
    /// some 48 KiB, so that the default keeps the whole program within 64 MiB.
    pub connections: usize,
    /// Longest request line and header lines together, in bytes; what one read brings beyond is taken.
    pub head_bytes: usize,
    /// Longest time for a head to come whole, and for a connection to be idle; also how often it is
    /// looked whether clients take their answers while others wait.
    pub head_timeout: Duration,
    /// Longest time for which a client may take no byte of an answer at all.
    pub stalled: Duration,
    /// Longest time for answers under way to end when the server stops.
    pub drain: Duration,
}

impl Default for Bounds {
    fn default() -> Self {
        Self {
            connections: 512,
            head_bytes: 16 * 1024,
            head_timeout: Duration::from_secs(30),
            stalled: Duration::from_mins(15),
            drain: Duration::from_mins(1),
        }
    }
}
