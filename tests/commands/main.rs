//! The commands as a person types them, against the scripted registry: what they write, what they
//! say, how they end.

#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a test may fail by unwrapping, and writes its own files"
)]

mod apply;
mod bundle;
mod cache;
mod check;
mod keep;
mod lock;
#[path = "../long/killed.rs"]
mod long;
mod output;
mod own;
mod stopped;
mod world;
