//! The commands as a person types them, against the scripted registry: what they write, what they
//! say, how they end.

#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a test may fail by unwrapping, and writes its own files"
)]

mod apply;
#[path = "../registry/authority.rs"]
mod authority;
mod bundle;
mod cache;
mod check;
mod compose;
mod config;
mod fetching;
mod keep;
mod kinds;
mod lock;
#[path = "../long/killed.rs"]
mod long;
mod merge;
mod offline;
mod output;
mod own;
mod pending;
#[path = "../registry/proxy.rs"]
mod proxy;
mod repository;
mod scan;
mod secrets;
mod station;
mod stopped;
mod world;
