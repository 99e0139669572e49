//! `airlock cache`: what a station keeps of its downloads.

mod amounts;
mod arguments;
mod clean;
mod status;

pub(crate) use arguments::CacheArguments;
