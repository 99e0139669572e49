//! `airlock keys` and `airlock inspect`, as a person or a script runs them.
#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a test may fail by unwrapping, and writes its own files"
)]

mod at_rest;
mod cards;
mod end;
mod phrase;
mod states;
mod terminal;
mod tokens;
mod trip;
#[expect(
    dead_code,
    reason = "one end after another, not all of what one folder offers"
)]
#[path = "../commands/world.rs"]
mod world;
