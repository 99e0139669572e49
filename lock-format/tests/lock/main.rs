//! Locks made of values: rules, limits, and what holds for any of them.
#![expect(
    clippy::unwrap_used,
    reason = "values of tests are what their functions take"
)]

mod common;
mod limits;
mod properties;
mod rules;
