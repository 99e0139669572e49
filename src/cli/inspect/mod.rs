//! `airlock inspect`: what a request, bundle or receipt holds.

mod arguments;
mod sheet;
mod text;

pub(crate) use arguments::InspectArguments;
