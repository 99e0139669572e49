//! `airlock lock --check`: does the lock still say what the sources need?
//!
//! ```text
//! sources ─ needs ─┐                      ┌─► Finding with code, sentence, both sides, place, fix
//!                  ├─ plan::drift ─ Drift ┤
//! lock ────────────┘                      └─ moved tags, only where registries may be asked
//! ```
//!
//! Nothing is written and, without `--upstream`, nothing is asked: what an image brings with it
//! (`ONBUILD`) stands in the lock, and so do the arguments, variables and platforms that decided.

mod drift;
mod found;
mod inputs;
mod mark;
mod message;
mod moved;
mod places;
mod recorded;
mod rules;
mod text;
mod triggers;
mod whole;

pub use recorded::{Given, repeat_platforms};
pub use rules::{CODES, RULES};
pub use whole::{AskUpstream, CheckOptions, Checked, check};
