//! Compose files → the services of a project and everything that decides which images they need.
//!
//! The room follows compose's own loader (compose-go) rule by rule: discovery, `.env`,
//! interpolation, merging, `extends`, `include`, profiles, builds. It is pure: a [`Loader`] asks
//! for files by path and is told what stands there; it never touches a disk, the environment or
//! the Dockerfile room. What a build needs is found by whoever joins both rooms.
//!
//! ```text
//! Request ─► Loader ⇄ files          loader    the step machine; discover, env_files, dotenv
//!              │ per document
//!              ▼                     yaml      bytes → values with places
//!   interpolate ─► include ─► reset ─► extends ─► merge ─► schema ─► canonical      (load)
//!              │ per project
//!              ▼
//!   validate ─► paths ─► profiles ─► consistency ─► Project
//! ```
#![warn(
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::arithmetic_side_effects
)]

mod canonical;
mod casts;
mod consistency;
mod contexts;
mod date;
mod dependencies;
mod discover;
mod dotenv;
mod env_files;
mod error;
mod extends;
mod file_path;
mod files;
mod include;
mod interpolate;
mod label_files;
mod limits;
mod load;
mod loader;
mod merge;
mod model;
mod place;
mod project;
mod request;
mod reset;
mod schema;
mod scope;
mod select;
mod short_volume;
mod template;
mod tree_path;
mod unique;
mod validate;
mod value;
mod variable;
mod yaml;

pub use error::{CODES, ComposeError, Problem};
pub use files::Found;
pub use limits::FILE_BYTES;
pub use loader::{Loader, Step};
pub use place::Place;
pub use project::{Build, Context, Project, Service, Text, Warning};
pub use request::Request;
pub use variable::{Origin, Variable};
