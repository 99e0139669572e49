//! A compose project, its builds, and the images that both need.
//!
//! ```text
//! Request ─ load_compose ─► Project ─ resolve_builds ─► BuildAnswer of each build
//!                                   └ compose_needs ──► references with platform, use and place,
//!                                                       the variables that decided them
//! ```

mod build;
mod deciding;
mod error;
mod load;
mod need;
mod needs;
mod platform;

pub use build::{
    BuildAnswer, BuildOptions, BuildProblem, Built, Skip, dockerfile_of, resolve_build,
};
pub use error::{CODES, ComposeNeedsError};
pub use load::load_compose;
pub use need::{ComposeNeed, ComposeNeeds, NeedUse, NeedsOptions};
pub use needs::compose_needs;
