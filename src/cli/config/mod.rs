//! `airlock config`: every setting, its value, and where that comes from.

mod arguments;
mod row;
mod rows;
mod variables;

pub(crate) use arguments::ConfigArguments;
