//! What is asked of the resolver: the command line's values and the environment.

use std::collections::BTreeMap;

/// The values that decide what a compose project is. Nothing else does: the resolver reads no
/// environment and no disk. Paths are relative to the folder that the command runs in, or
/// absolute.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Request {
    /// Compose files in order; none for discovery.
    pub files: Vec<String>,
    /// Environment files in order, in place of `.env`.
    pub env_files: Vec<String>,
    /// The folder that relative paths of the compose files start from.
    pub project_directory: Option<String>,
    /// The project's name.
    pub project_name: Option<String>,
    /// Profiles to activate; `*` activates all.
    pub profiles: Vec<String>,
    /// Services to activate, with what they depend on; none for all.
    pub services: Vec<String>,
    /// The environment.
    pub environment: BTreeMap<String, String>,
}
