//! The shape that the compose specification asks of a file, checked after each merge.
//!
//! `shape` is the language of the tables, `top`, `service`, `build`, `deploy` and `mounts` are
//! the tables (the specification's `compose-spec.json`, in our words), `check` reads them.

mod build;
mod check;
mod common;
mod deploy;
mod mounts;
mod service;
mod shape;
mod top;

pub(crate) use check::check;
