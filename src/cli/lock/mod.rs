//! `airlock lock`: write `airlock.lock`, and keep it.

mod arguments;
mod changes;
mod report;

pub(crate) use arguments::LockArguments;
