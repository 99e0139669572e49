//! Feeds the step machines: what a file needs to know of others, it gets here.
//!
//! Shared by every operation that asks which images a project needs.

mod dockerfile;

pub use dockerfile::{GivenTriggers, NoTriggers, OnbuildTriggers, resolve_dockerfile};
