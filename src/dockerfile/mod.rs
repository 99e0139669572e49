//! Dockerfiles: which images a build needs, exactly as BuildKit answers it.
//!
//! Pure: bytes and options in, references with platform, use and place out. What only an image's
//! config can tell, its ONBUILD triggers, is asked of the caller ([`Step::Needs`]).
//!
//! ```text
//!  bytes ─► read ─► instruction ─► Dockerfile ─► graph ─► Resolution
//!           lines,   meaning of     args and     stages, copies, mounts, contexts,
//!           words    one line       stages       triggers; needed or not
//! ```
//!
//! Invariants: linear in the length of the file and bounded in memory whatever it holds; nothing
//! of the file is executed or fetched; each error has BuildKit's class and line.
#![warn(
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::arithmetic_side_effects
)]

mod answer;
mod args;
mod context;
mod epoch;
mod error;
mod error_class;
mod file;
mod graph;
mod instruction;
mod lint;
mod options;
mod problem;
mod read;
mod remote;
mod shell;
mod syntax;
mod text;

pub use answer::{BaseIs, Finding, ImageAt, ImageUse, Images, Resolution, StageInfo, Step, Use};
pub use context::ContextProblem;
pub use error::DockerfileError;
pub use error_class::{ADD_REMOTE, CODES, ErrorClass, SYNTAX_REFERENCE};
pub use file::Dockerfile;
pub use graph::Resolver;
pub use instruction::ParseProblem;
pub use options::Options;
pub use problem::Problem;
pub use read::NodeProblem;
pub use remote::RemoteAdd;
pub use shell::{ExpandProblem, expand_word};
pub use syntax::{SYNTAX_ARG, Syntax, SyntaxFrom, syntax};
