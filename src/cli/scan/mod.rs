//! `airlock scan`: list the images that project files need.

mod arguments;
mod compose_text;
mod found;
mod given;
mod several;
mod text;

pub(crate) use arguments::ScanArguments;
pub(crate) use given::CODES;
