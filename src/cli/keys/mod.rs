//! `airlock keys`: making, taking over and exporting keys.

mod arguments;
mod enter;
mod error;
mod export;
mod new;

pub(crate) use arguments::KeysArguments;
pub(crate) use error::CODES;
