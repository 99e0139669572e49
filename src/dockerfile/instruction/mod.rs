//! The meaning of instructions: FROM, ARG, COPY, ADD, RUN and ONBUILD as far as they decide
//! images, the others as far as BuildKit refuses them before it looks for images.

mod checks;
mod csv;
mod duration;
mod flag_set;
mod parse;
mod problem;
mod types;

pub(crate) use parse::{is_go_bool, parse};
pub use problem::ParseProblem;
pub(crate) use types::{From, Instruction, Mount, Source};
