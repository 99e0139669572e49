//! `airlock lock`: write `airlock.lock`, and keep it.

mod arguments;
mod changes;
mod driver;
mod report;

pub(crate) use arguments::LockArguments;
