//! The data that `scan --json` prints (`docs/scan.md`). Stable: keys are added, never changed.

use std::collections::BTreeMap;

use serde::Serialize;

use super::ComposeSource;

/// Names the data model and its version.
pub const SCHEMA: &str = "airlock.scan/1";

/// What a project's files need.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Scan {
    /// [`SCHEMA`].
    pub schema: &'static str,
    /// One for each file and platform, in the order in which they were asked for.
    pub sources: Vec<Source>,
}

/// A source at a platform.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Source {
    /// A Dockerfile.
    Dockerfile(Box<DockerfileSource>),
    /// A compose project.
    Compose(Box<ComposeSource>),
}

/// A Dockerfile at a platform.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct DockerfileSource {
    /// `dockerfile`.
    pub kind: &'static str,
    /// Relative to the root, with `/`; `-` for standard input.
    pub path: String,
    /// The build arguments given.
    pub args: BTreeMap<String, String>,
    /// The stage asked for; empty for the last one.
    pub target: String,
    /// The platform to build for.
    pub platform: String,
    /// The platform that the build runs on.
    pub build_platform: String,
    /// The build would get as far as running instructions.
    pub ok: bool,
    /// The lists below are known, error or not.
    pub images_known: bool,
    /// What is asked of registries, sorted; null where it could not be determined.
    pub resolve: Option<Vec<ResolveRow>>,
    /// Every use of an image, needed or not; null where it could not be determined.
    pub images: Option<Vec<ImageRow>>,
    /// The stages; null where they could not be determined.
    pub stages: Option<Vec<StageRow>>,
    /// The same question with every stage built.
    pub all_stages: AllStages,
    /// The front end; null if the file names none.
    pub syntax: Option<SyntaxRow>,
    /// Sources of ADD that are fetched, as written; null where the file could not be read.
    pub add_remote: Option<Vec<String>>,
    /// Findings that stop nothing.
    pub warnings: Vec<WarningRow>,
    /// What is wrong; null if nothing is.
    pub error: Option<Problem>,
}

/// An image that is asked of a registry.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct ResolveRow {
    /// The canonical reference.
    #[serde(rename = "ref")]
    pub reference: String,
    /// The platform.
    pub platform: String,
}

/// A use of an image.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ImageRow {
    /// As written.
    pub written: String,
    /// After expansion.
    pub expanded: String,
    /// The canonical reference.
    pub normalized: String,
    /// The platform.
    pub platform: String,
    /// `FROM`, `COPY`, `MOUNT`, `ONBUILD-COPY`, `ONBUILD-MOUNT` or `CONTEXT`.
    #[serde(rename = "use")]
    pub kind: &'static str,
    /// The first line of the instruction.
    pub line: usize,
    /// The stage that uses it: its name or its index.
    pub stage: String,
    /// The target needs it.
    pub needed: bool,
}

/// A stage.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct StageRow {
    /// Its number, from 0.
    pub index: usize,
    /// Its name; empty if it has none.
    pub name: String,
    /// What it stands on.
    pub base: String,
    /// `image`, `stage`, `scratch` or `context`.
    pub base_is: &'static str,
    /// Its platform; empty where a build never sets one.
    pub platform: String,
    /// The line of its FROM.
    pub line: usize,
    /// The target needs it.
    pub needed: bool,
}

/// The answer with every stage built.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct AllStages {
    /// All stages would get as far as running instructions.
    pub ok: bool,
    /// What is asked of registries, sorted; null where it could not be determined.
    pub resolve: Option<Vec<ResolveRow>>,
    /// What is wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<Problem>,
}

/// The front end.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SyntaxRow {
    /// As written.
    pub written: String,
    /// The canonical reference; null if it is no reference.
    pub normalized: Option<String>,
    /// The line; 0 where it does not come from one.
    pub line: usize,
    /// `directive`, or `build-arg` for `BUILDKIT_SYNTAX`.
    pub from: &'static str,
}

/// A finding that stops nothing.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct WarningRow {
    /// The stable code.
    pub code: &'static str,
    /// The sentence.
    pub message: String,
    /// The line.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<usize>,
}

/// What is wrong.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Problem {
    /// The class, such as `blank_base`.
    pub class: &'static str,
    /// The sentence.
    pub message: String,
    /// The line that BuildKit names.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<usize>,
    /// Further errors of the same kind.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub also: Vec<Self>,
}
