//! Logins: found where docker and podman keep them.
//!
//! The environment is an input: a plain map that floor 4 gives. Files are read when the
//! credentials are made.

mod auth_file;
mod login;
mod search;

pub use login::Login;
pub use search::Credentials;
