//! What an operation runs with: events for people, cancellation, time, randomness, limits.
//!
//! Nothing below floor 4 reads a clock, the environment or a random source by itself, and nothing
//! prints: all of it comes in through a [`Run`].

mod cancel;
mod clock;
mod entropy;
mod events;
pub mod limits;
mod sleep;

pub use cancel::{Cancel, Cancelled};
pub use clock::{Clock, FixedClock};
pub use entropy::{Entropy, EntropyError, FixedEntropy};
pub use events::{Event, Events, Silent, TaskId, Warning};
pub use sleep::{RecordingSleeper, Sleeper, ThreadSleeper};

use std::fmt;

/// Everything ambient that an operation may use.
#[derive(Clone, Copy)]
pub struct Run<'a> {
    /// Where progress, notes and warnings go.
    pub events: &'a dyn Events,
    /// Set when a person wants the work to stop.
    pub cancel: &'a Cancel,
    /// The time.
    pub clock: &'a dyn Clock,
    /// Randomness.
    pub entropy: &'a dyn Entropy,
}

impl fmt::Debug for Run<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Run")
            .field("cancel", self.cancel)
            .finish_non_exhaustive()
    }
}
