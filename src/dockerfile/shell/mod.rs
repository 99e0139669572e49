//! Expansion of variables, quotes and escapes in a word, and splitting of a line into words.

mod budget;
mod cursor;
mod env;
mod lexer;
mod pattern;
mod problem;
mod word;
mod words;

pub(crate) use budget::Budget;
pub(crate) use env::Env;
pub(crate) use lexer::{Manner, expand, split};
pub use problem::ExpandProblem;
pub use word::expand_word;
