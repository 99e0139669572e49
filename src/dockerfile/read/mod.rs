//! From bytes to instructions: lines, directives, continuations, flags, arguments, heredocs.
//!
//! Everything here is known without the meaning of an instruction (BuildKit's `parser` package).

mod directive;
mod flags;
mod heredoc;
mod keyword;
mod lines;
mod logical;
mod node;
mod reader;
mod words;

pub(crate) use directive::{Directive, Directives, Name};
pub(crate) use heredoc::is_heredoc;
pub(crate) use keyword::Keyword;
pub use node::NodeProblem;
pub(crate) use node::{Node, Word};
pub(crate) use reader::{ReadError, ReadProblem, read};
