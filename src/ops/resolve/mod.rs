//! Feeds the step machines: what a file needs to know of others, it gets here.
//!
//! Shared by every operation that asks which images a project needs.

mod compose;
mod dockerfile;

pub use compose::{
    BuildAnswer, BuildOptions, BuildProblem, Built, CODES as COMPOSE_CODES, ComposeNeed,
    ComposeNeeds, ComposeNeedsError, NeedUse, NeedsOptions, Skip, compose_needs, dockerfile_of,
    load_compose, resolve_build,
};
pub use dockerfile::{GivenTriggers, NoTriggers, OnbuildTriggers, resolve_dockerfile};
