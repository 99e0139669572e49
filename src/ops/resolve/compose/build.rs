//! One build of a compose project, answered by the Dockerfile rules.

use std::collections::{BTreeMap, BTreeSet};

use lock_format::Platform;
use serde::Serialize;

use super::platform::of_build;
use crate::compose::{Build, Context, Place, Project, Service, Text};
use crate::diagnostic::Failure;
use crate::dockerfile::{Dockerfile, DockerfileError, Images, Options, Syntax, syntax};
use crate::inputs::{Input, InputError, Root, RootPath};
use crate::ops::resolve::{OnbuildTriggers, resolve_dockerfile};
use crate::run::Warning;
use crate::run::limits::DOCKERFILE_BYTES;

/// The Dockerfile of a build that names none.
const DOCKERFILE: &str = "Dockerfile";
/// Its other spelling, which BuildKit tries next.
const LOWER_CASE: &str = "dockerfile";

/// The platforms of builds that name none.
#[derive(Clone, Debug)]
pub struct BuildOptions {
    /// What is built for.
    pub platforms: Vec<Platform>,
    /// What builds run on.
    pub build_platform: Platform,
}

/// What a build needs.
#[derive(Clone, Debug)]
pub enum BuildAnswer {
    /// The Dockerfile cannot be looked into.
    Skipped {
        /// Why.
        why: Skip,
        /// The file or the context that was wanted.
        wanted: String,
        /// Where the compose file names it.
        place: Place,
    },
    /// The answers, one for each platform.
    Built(Vec<Built>),
}

/// Tells why a build was not looked into.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Skip {
    /// There is no Dockerfile.
    DockerfileMissing,
    /// The context is an address: its Dockerfile needs a network.
    RemoteContext,
    /// The context or the Dockerfile lies outside the root.
    OutsideRoot,
}

impl Skip {
    /// Returns the reason, to stand behind what was wanted.
    pub fn reason(self) -> &'static str {
        match self {
            Self::DockerfileMissing => "which does not exist",
            Self::RemoteContext => "which is not part of the project: it would have to be fetched",
            Self::OutsideRoot => "which lies outside the root",
        }
    }
}

/// A build at a platform.
#[derive(Clone, Debug)]
pub struct Built {
    /// The platform as text; it is none where the error says so.
    pub platform: String,
    /// The Dockerfile; its text may stand in the compose file, and its name says so then.
    pub file: Input,
    /// The images; none where an error hides them.
    pub images: Option<Images>,
    /// What is wrong. With images, it has nothing to do with them.
    pub error: Option<BuildProblem>,
    /// The front end.
    pub syntax: Option<Syntax>,
    /// Names of build arguments that take part in deciding an image or a platform.
    pub deciding_args: BTreeSet<String>,
    /// Findings that stop nothing.
    pub findings: Vec<Warning>,
}

/// What is wrong with a build.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BuildProblem {
    /// The Dockerfile says it.
    Dockerfile(DockerfileError),
    /// The compose file asks for a platform that is none.
    Platform(Text),
}

/// Answers the build of a service.
///
/// Fails where a Dockerfile is there and cannot be read, or where triggers cannot be had; what
/// is wrong with a build stands in the answer.
pub fn resolve_build(
    root: &Root,
    service: &Service,
    build: &Build,
    options: &BuildOptions,
    triggers: &dyn OnbuildTriggers,
) -> Result<BuildAnswer, Failure> {
    let file = match find(root, build)? {
        Ok(file) => file,
        Err(skipped) => return Ok(skipped),
    };
    let platforms = of_build(service, &options.platforms);
    let built = platforms.into_iter().map(|platform| match platform {
        Ok(platform) => answer(&file, build, platform, options, triggers),
        Err(text) => Ok(Built {
            platform: text.text.clone(),
            file: file.clone(),
            images: None,
            error: Some(BuildProblem::Platform(text.clone())),
            syntax: None,
            deciding_args: BTreeSet::new(),
            findings: Vec::new(),
        }),
    });
    Ok(BuildAnswer::Built(built.collect::<Result<_, _>>()?))
}

/// Finds the text of the Dockerfile, or says why it is not looked into.
fn find(root: &Root, build: &Build) -> Result<Result<Input, BuildAnswer>, Failure> {
    let skipped = |why, wanted: &str, place: &Place| BuildAnswer::Skipped {
        why,
        wanted: wanted.to_owned(),
        place: place.clone(),
    };
    let context = match &build.context {
        Context::Folder(path) => path,
        // A context of a variable without a value is nowhere; what stands inline needs none.
        Context::Outside(path) if path.is_empty() => {
            if build.dockerfile_inline.is_none() {
                let wanted = build.dockerfile.as_ref();
                let wanted = wanted.map_or(DOCKERFILE, |name| name.text.as_str());
                return Ok(Err(skipped(Skip::DockerfileMissing, wanted, &build.place)));
            }
            path
        }
        Context::Outside(path) => return Ok(Err(skipped(Skip::OutsideRoot, path, &build.place))),
        Context::Remote(path) | Context::Service(path) => {
            return Ok(Err(skipped(Skip::RemoteContext, path, &build.place)));
        }
    };
    if let Some(inline) = &build.dockerfile_inline {
        return Ok(Ok(Input {
            name: format!("{} (dockerfile_inline)", inline.place.file),
            bytes: inline.text.clone().into_bytes(),
        }));
    }
    let (name, place) = match &build.dockerfile {
        Some(name) if !name.text.is_empty() => (name.text.as_str(), &name.place),
        _ => (DOCKERFILE, &build.place),
    };
    let folder = RootPath::new(context).unwrap_or_else(|_| RootPath::root());
    for name in spellings(name) {
        let Ok(path) = root.resolve(&folder, &name) else {
            return Ok(Err(skipped(Skip::OutsideRoot, &name, place)));
        };
        match root.read(&path, DOCKERFILE_BYTES) {
            Ok(file) => return Ok(Ok(file)),
            Err(InputError::NotFound { .. } | InputError::NotAFile { .. }) => {}
            Err(InputError::OutsideRoot { path, .. }) => {
                return Ok(Err(skipped(Skip::OutsideRoot, &path, place)));
            }
            Err(error) => return Err(error.into()),
        }
    }
    let wanted = folder
        .join(name)
        .map_or_else(|_| name.to_owned(), |path| path.to_string());
    Ok(Err(skipped(Skip::DockerfileMissing, &wanted, place)))
}

/// Where a build's Dockerfile lies in the root; none where it is inline, fetched or outside.
pub fn dockerfile_of(root: &Root, build: &Build) -> Option<RootPath> {
    let Context::Folder(folder) = &build.context else {
        return None;
    };
    if build.dockerfile_inline.is_some() {
        return None;
    }
    let name = build
        .dockerfile
        .as_ref()
        .map_or("", |name| name.text.as_str());
    let name = if name.is_empty() { DOCKERFILE } else { name };
    root.resolve(&RootPath::new(folder).ok()?, name).ok()
}

/// The names that BuildKit tries for a Dockerfile, in order.
fn spellings(name: &str) -> Vec<String> {
    let mut names = vec![name.to_owned()];
    if let Some(folder) = name.strip_suffix(DOCKERFILE)
        && (folder.is_empty() || folder.ends_with('/'))
    {
        names.push(format!("{folder}{LOWER_CASE}"));
    }
    names
}

fn answer(
    file: &Input,
    build: &Build,
    platform: Platform,
    options: &BuildOptions,
    triggers: &dyn OnbuildTriggers,
) -> Result<Built, Failure> {
    let args: BTreeMap<String, String> = build
        .args
        .iter()
        .map(|(name, value)| (name.clone(), value.text.clone()))
        .collect();
    let mut built = Built {
        platform: platform.to_string(),
        file: file.clone(),
        images: None,
        error: None,
        syntax: syntax(&file.bytes, &args),
        deciding_args: BTreeSet::new(),
        findings: Vec::new(),
    };
    match Dockerfile::parse(&file.bytes, &args) {
        Err(error) => built.error = Some(blame(error, file)),
        Ok(parsed) => {
            let findings = parsed.findings().into_iter();
            built.findings = findings
                .map(|finding| finding.in_file(&file.name, &file.bytes))
                .collect();
            let target = build.target.as_ref().map(|target| target.text.clone());
            let options = Options {
                args,
                target: target.unwrap_or_default(),
                platform,
                build_platform: options.build_platform.clone(),
                contexts: contexts(build),
                all_stages: false,
            };
            let resolution = resolve_dockerfile(&parsed, &options, triggers)?;
            built.images = resolution.images;
            built.error = resolution.error.map(|error| blame(error, file));
            built.deciding_args = resolution.deciding_args;
        }
    }
    Ok(built)
}

fn blame(error: DockerfileError, file: &Input) -> BuildProblem {
    BuildProblem::Dockerfile(error.in_file(&file.name, &file.bytes))
}

/// Named contexts as BuildKit takes them. Files, and the images that other services' builds give,
/// replace what they name without asking a registry for anything.
fn contexts(build: &Build) -> BTreeMap<String, String> {
    let contexts = build.additional_contexts.iter();
    contexts
        .map(|(name, (context, _))| {
            let value = match context {
                Context::Remote(address) if !address.starts_with("oci-layout://") => {
                    address.clone()
                }
                Context::Folder(_)
                | Context::Outside(_)
                | Context::Service(_)
                | Context::Remote(_) => format!("local:{name}"),
            };
            (name.clone(), value)
        })
        .collect()
}

/// The services whose image a build takes files from, by name.
pub(super) fn services_of<'a>(project: &'a Project, build: &Build) -> Vec<&'a Service> {
    let contexts = build.additional_contexts.values();
    let names = contexts.filter_map(|(context, _)| match context {
        Context::Service(name) => Some(name),
        Context::Folder(_) | Context::Outside(_) | Context::Remote(_) => None,
    });
    names.filter_map(|name| project.service(name)).collect()
}
