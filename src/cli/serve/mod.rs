//! `airlock serve`: the store as a registry, with a line in the log for each request.

mod arguments;
mod listening;
mod log;
mod log_line;
mod log_writer;
mod manager;

pub(crate) use arguments::ServeArguments;
