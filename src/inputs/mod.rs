//! Project files: paths in, named bytes out, never from outside the root.
//!
//! A root is a folder descriptor. Every path is walked from it, one name after the other, without
//! following a link that leads out; a file is read up to a limit, and only if it is a plain file.
//! So no file of a project, whatever paths it holds, makes airlock read what lies beside it.

mod discover;
mod error;
mod files;
mod input;
mod path;
mod root;
mod walk;

pub use discover::{COMPOSE_FILES, DOCKERFILES, find_root};
pub use error::{CODES, InputError};
pub use input::Input;
pub use path::{Outside, RootPath};
pub use root::Root;
