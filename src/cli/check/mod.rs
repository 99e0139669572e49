//! `airlock lock --check`: a gate for CI.

mod command;
mod flags;
mod run;

pub(crate) use command::Words;
pub(crate) use flags::CheckFlags;
pub(crate) use run::{Check, run};
