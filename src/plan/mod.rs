//! What follows from a lock: what is missing from a store, what changed since another lock, and
//! where it no longer says what the sources need.
//!
//! Pure: values in, values out, always in the same order. A store is known here only as the
//! question whether it holds a blob.

mod change;
mod codes;
mod compare;
mod conflict;
mod drift;
mod inputs;
mod lockfile_failure;
mod merge;
mod missing;
mod needs;
#[cfg(test)]
mod testing;

pub use change::{Change, Moved, PlatformChange, change};
pub use codes::CODES;
pub use compare::drift;
pub use conflict::Sides;
pub use drift::Drift;
pub use lockfile_failure::LockfileFailure;
pub use merge::{Dispute, Merged, merge};
pub use missing::{ImagePlan, MissingBlob, Plan, State, Totals, missing};
pub use needs::{Need, SourceNeeds};
