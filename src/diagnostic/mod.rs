//! Facts of errors: what every room tells of a failure, and nothing about how it is shown.
//!
//! A room keeps its own error enum and implements [`Diagnose`] for it. At its door an operation
//! returns a [`Failure`], which carries any of them to floor 4; only `report` turns it into text,
//! JSON or annotations.

mod code;
mod diagnose;
mod failure;
mod finding;
mod label;
mod place;
mod sanitize;

pub use code::{Class, Code};
pub use diagnose::Diagnose;
pub use failure::Failure;
pub use finding::{About, Fact, Finding, Level, Rule, TextChange};
pub use label::Label;
pub use place::Place;
pub use sanitize::sanitize;
