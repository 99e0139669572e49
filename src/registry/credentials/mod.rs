//! Logins: found where docker and podman keep them.
//!
//! The environment is an input: a plain map that floor 4 gives. Files are read when the
//! credentials are made, helpers run when a registry asks for a login, once for each name.

mod auth_file;
mod helper;
mod login;
mod places;
mod search;

pub use login::Login;
pub use search::Credentials;
