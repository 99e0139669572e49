//! The command line: arguments in, an exit code out.
//!
//! The only room that reads the environment, the clock and the random source, and the only one
//! beside `report` that writes to a terminal. Each command has a file: its arguments, the call of
//! its operation, and the text of its result.

mod apply;
mod arguments;
mod bundle;
mod cache;
mod check;
mod codes;
mod completions;
mod compose;
mod config;
mod context;
mod demo;
mod descriptors;
mod diff;
mod entry;
mod environment;
mod exit;
mod folders;
mod init;
mod inspect;
mod keys;
mod ledger;
mod lines;
mod lock;
mod lockfile;
mod man;
mod output;
mod progress;
mod request;
mod scan;
mod serve;
mod signals;
mod source;
mod station;
mod system;
mod target;
mod time;
mod tls;
mod token;
mod usage;
mod version;
mod volume_files;
mod volume_name;
mod volume_size;
mod volume_target;

pub use codes::all_codes;
pub use entry::main;
pub use exit::ExitStatus;
