//! Settings: three owners, one precedence (`docs/configuration.md`).
//!
//! ```text
//! flag  >  AIRLOCK_* variable  >  file  >  default
//!
//! project             airlock.toml at the root                Repository
//! person or station   $XDG_CONFIG_HOME/airlock/config.toml    Station
//! site                <store>/airlock/site.toml               Site
//! ```
//!
//! Every value remembers where it comes from, so that `airlock config` can show it. An unknown key is
//! an error with a suggestion: a setting that is silently ignored is worse than none.
#![warn(
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::arithmetic_side_effects
)]

mod error;
mod file;
mod inside;
mod placed;
mod repository;
mod setting;
mod site;
mod station;
mod table;
mod written;

pub use error::{CODES, ConfigError, Place};
pub use inside::Inside;
pub use placed::Placed;
pub use repository::{ComposeProjects, Dockerfiles, Repository};
pub use setting::{Origin, Setting};
pub use site::Site;
pub use station::Station;
pub use written::{Owner, Written};
