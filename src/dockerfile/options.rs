//! What a build is asked for.

use std::collections::BTreeMap;

use lock_format::Platform;

/// The values that a build is started with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// Build arguments (`--build-arg`).
    pub args: BTreeMap<String, String>,
    /// The stage to build; empty: the last one.
    pub target: String,
    /// The platform to build for.
    pub platform: Platform,
    /// The platform that the build runs on.
    pub build_platform: Platform,
    /// Named contexts, as BuildKit takes them: `docker-image://…`, `local:…` and so on.
    pub contexts: BTreeMap<String, String>,
    /// Every stage is built, whether the target needs it or not.
    pub all_stages: bool,
}
