//! The ledger: events, one a line; the state is what folding them gives (`docs/store.md`, 2.6).

mod event;
mod log;
mod state;
mod wire;

pub use event::{Delivery, Event, Held, Outcome, Request};
pub use state::{Bundle, BundleState, Ledger, RequestState};
