//! A source: what asks for images.

use std::collections::BTreeMap;

use crate::Platform;

/// Asks for images: a Dockerfile, a compose project, or a plain list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// Unique in the lock; the path by default, with ` #2` and on where paths repeat.
    pub name: String,
    /// What kind it is, and where.
    pub kind: SourceKind,
    /// The platforms asked for, sorted by their text; at least one.
    pub platforms: Vec<Platform>,
    /// The platform that builds run on; none for a plain list, and only there.
    pub build_platform: Option<Platform>,
    /// Build arguments that took part in a decision.
    pub args: BTreeMap<String, String>,
    /// Environment variables that took part in a decision.
    pub env: BTreeMap<String, String>,
    /// The stage asked for; empty: the last one; none: all stages.
    pub target: Option<String>,
    /// Named build contexts.
    pub contexts: BTreeMap<String, String>,
    /// Active profiles of a compose project, sorted.
    pub profiles: Vec<String>,
    /// The services asked for, sorted; none: all.
    pub services: Vec<String>,
    /// Environment files of a compose project, in the order given.
    pub env_files: Vec<String>,
    /// The folder that relative paths of a compose project start from; none: that of its first
    /// file.
    pub project_directory: Option<String>,
    /// The folder that paths are relative to, if not that of the lock.
    pub root: Option<String>,
}

/// Tells the kinds of source apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SourceKind {
    /// One Dockerfile.
    Dockerfile {
        /// Relative to the root, with `/`.
        path: String,
    },
    /// One compose project.
    Compose {
        /// Its files in order, relative to the root, with `/`.
        files: Vec<String>,
    },
    /// References named on the command line or in `airlock.toml`.
    Images,
}

impl Source {
    /// Makes a source without any inputs: of kind images it is whole, others want the platform that
    /// builds run on.
    pub fn new(name: &str, kind: SourceKind, platforms: Vec<Platform>) -> Self {
        Self {
            name: name.to_owned(),
            kind,
            platforms,
            build_platform: None,
            args: BTreeMap::new(),
            env: BTreeMap::new(),
            target: None,
            contexts: BTreeMap::new(),
            profiles: Vec::new(),
            services: Vec::new(),
            env_files: Vec::new(),
            project_directory: None,
            root: None,
        }
    }
}

impl SourceKind {
    /// Returns the word that the lock writes as `kind`.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Dockerfile { .. } => "dockerfile",
            Self::Compose { .. } => "compose",
            Self::Images => "images",
        }
    }
}
