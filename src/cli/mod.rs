//! The command line: arguments in, an exit code out.
//!
//! The only room that reads the environment, the clock and the random source, and the only one
//! beside `report` that writes to a terminal. Each command has a file: its arguments, the call of
//! its operation, and the text of its result.

mod arguments;
mod completions;
mod context;
mod entry;
mod environment;
mod exit;
mod folders;
mod man;
mod output;
mod progress;
mod serve;
mod signals;
mod system;
mod version;

pub use entry::main;
pub use exit::ExitStatus;
pub use output::CODES;
