//! `airlock apply`: import a bundle, or publish what a lock finds in the store.

mod arguments;
mod report;
mod update;

pub(crate) use arguments::ApplyArguments;
