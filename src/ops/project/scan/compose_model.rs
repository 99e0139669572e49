//! The data that `scan --json` prints of a compose project (`docs/scan.md`).

use std::collections::BTreeMap;

use serde::Serialize;

use super::{Problem, ResolveRow, SyntaxRow};
use crate::ops::resolve::Skip;

/// A compose project. Paths are relative to the root, with `/`; `.` is the root itself.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ComposeSource {
    /// `compose`.
    pub kind: &'static str,
    /// Compose would load the project.
    pub ok: bool,
    /// What is wrong; null if nothing is.
    pub error: Option<ComposeProblem>,
    /// The project's name; null where it could not be loaded, like all that follows.
    pub project_name: Option<String>,
    /// The folder that relative paths start from.
    pub working_dir: Option<String>,
    /// The compose files, in the order in which they are merged.
    pub files: Option<Vec<String>>,
    /// Active services by name.
    pub services: Option<BTreeMap<String, ServiceRow>>,
    /// The other services by name.
    pub disabled_services: Option<BTreeMap<String, ServiceRow>>,
    /// Models: name → reference.
    pub models: Option<BTreeMap<String, String>>,
    /// What is allowed and still worth a word.
    pub warnings: Vec<ComposeWarning>,
}

/// A service.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ServiceRow {
    /// The image as written, variables replaced; empty if there is none.
    pub image: String,
    /// What the service runs: its image, or the name of what its build gives.
    pub default_image: String,
    /// The platform it asks for.
    pub platform: Option<String>,
    /// When its image is pulled.
    pub pull_policy: Option<String>,
    /// How its image is built.
    pub build: Option<BuildRow>,
    /// What the build needs; null without a build and for services that are not active.
    pub build_result: Option<BuildResult>,
    /// Sources of volumes of type `image`; one may name a service.
    pub image_volumes: Vec<String>,
    /// Images of hooks that run before the service.
    pub pre_start_images: Vec<String>,
    /// Names of the models it uses.
    pub models: Vec<String>,
    /// Something else than a container provides it; it needs no image.
    pub provider: bool,
    /// The file that describes it.
    pub file: String,
    /// The line.
    pub line: u32,
}

/// A build.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct BuildRow {
    /// The folder or the address that is built.
    pub context: String,
    /// The Dockerfile, relative to the context; null if its text is in the compose file.
    pub dockerfile: Option<String>,
    /// The SHA-256 of the Dockerfile's text in the compose file, in hex.
    pub dockerfile_inline_sha256: Option<String>,
    /// Build arguments.
    pub args: BTreeMap<String, String>,
    /// The stage; null for the last one.
    pub target: Option<String>,
    /// The platforms.
    pub platforms: Vec<String>,
    /// Further contexts by name.
    pub additional_contexts: BTreeMap<String, String>,
    /// Images that may serve as a cache. They are not locked.
    pub cache_from: Vec<String>,
}

/// What a build needs.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum BuildResult {
    /// The Dockerfile was not looked into.
    Skipped {
        /// Why.
        skipped: Skip,
        /// The file or the context that was wanted.
        wanted: String,
    },
    /// The answers, one for each platform.
    Built(Vec<BuiltRow>),
}

/// A build at a platform.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct BuiltRow {
    /// The platform.
    pub platform: String,
    /// The build would get as far as running instructions.
    pub ok: bool,
    /// The images are known, error or not.
    pub images_known: bool,
    /// What is asked of registries, sorted; null where it could not be determined.
    pub resolve: Option<Vec<ResolveRow>>,
    /// The front end; null if the file names none.
    pub syntax: Option<SyntaxRow>,
    /// What is wrong; null if nothing is.
    pub error: Option<Problem>,
}

/// Why a project cannot be loaded.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ComposeProblem {
    /// The class, such as `missing_file`.
    pub class: &'static str,
    /// The stable code.
    pub code: &'static str,
    /// The sentence.
    pub message: String,
    /// The file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// The line.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<u32>,
    /// The column.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column: Option<u32>,
}

/// What is allowed and still worth a word.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ComposeWarning {
    /// The sentence.
    pub message: String,
    /// The file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// The line.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<u32>,
}
