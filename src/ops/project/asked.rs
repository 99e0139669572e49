//! What is to be locked: named by a person, recorded in a lock, or found.

use std::collections::BTreeMap;

use lock_format::{Lockfile, Platform, Reference, Source, SourceKind};

use super::LockFailure;
use crate::compose::{Project, Request};
use crate::config::Repository;
use crate::diagnostic::{Failure, Place};
use crate::inputs::{COMPOSE_FILES, DOCKERFILES, Root, RootPath};
use crate::ops::resolve::{dockerfile_of, load_compose};

/// One source that asks for images.
#[derive(Clone, Debug)]
pub enum Asked {
    /// A Dockerfile.
    Dockerfile(Box<AskedDockerfile>),
    /// A compose project.
    Compose(Box<AskedCompose>),
    /// References named by hand.
    Images(AskedImages),
}

/// A Dockerfile, and how it is built.
#[derive(Clone, Debug)]
pub struct AskedDockerfile {
    /// Where it is.
    pub path: RootPath,
    /// Build arguments.
    pub args: BTreeMap<String, String>,
    /// The stage asked for; empty: the last one; none: all stages.
    pub target: Option<String>,
    /// Named contexts, as BuildKit takes them.
    pub contexts: BTreeMap<String, String>,
    /// The platforms it is built for.
    pub platforms: Vec<Platform>,
    /// The platform the build runs on.
    pub build_platform: Platform,
}

/// A compose project, and how its builds are done.
#[derive(Clone, Debug)]
pub struct AskedCompose {
    /// What decides the project.
    pub request: Request,
    /// The platforms of services that name none.
    pub platforms: Vec<Platform>,
    /// The platform that builds run on.
    pub build_platform: Platform,
}

/// References named by hand.
#[derive(Clone, Debug)]
pub struct AskedImages {
    /// The references.
    pub references: Vec<Reference>,
    /// Where a file names them; nowhere where a person did, or a lock.
    pub places: Vec<(Reference, Place)>,
    /// The platforms they are wanted at.
    pub platforms: Vec<Platform>,
}

/// What a person may say for all sources of a call.
#[derive(Clone, Debug)]
pub struct Defaults {
    /// `--platform`; empty where nothing is said.
    pub platforms: Vec<Platform>,
    /// `--build-platform`.
    pub build_platform: Option<Platform>,
    /// What is taken where neither a person nor the lock says anything.
    pub fallback: Platform,
    /// The environment, for compose projects.
    pub environment: BTreeMap<String, String>,
}

/// Asks again for what a lock records, at the platforms it records unless others are named.
pub fn asked_again(
    lock: &Lockfile,
    root: &Root,
    defaults: &Defaults,
) -> Result<Vec<Asked>, Failure> {
    in_turn(lock)
        .into_iter()
        .map(|source| again(lock, source, root, defaults))
        .collect()
}

/// The sources in the order in which they were numbered: ` #10` comes behind ` #9`, which the order
/// of a lock does not keep.
pub(super) fn in_turn(lock: &Lockfile) -> Vec<&Source> {
    let mut sources: Vec<&Source> = lock.sources().iter().collect();
    sources.sort_by_key(|source| (source.name.len(), &source.name));
    sources
}

fn again(
    lock: &Lockfile,
    source: &Source,
    root: &Root,
    defaults: &Defaults,
) -> Result<Asked, Failure> {
    let platforms = if defaults.platforms.is_empty() {
        &source.platforms
    } else {
        &defaults.platforms
    };
    let build_platform = defaults
        .build_platform
        .as_ref()
        .or(source.build_platform.as_ref());
    match &source.kind {
        SourceKind::Dockerfile { path } => Ok(Asked::Dockerfile(Box::new(AskedDockerfile {
            path: root.resolve(&RootPath::root(), path)?,
            args: source.args.clone(),
            target: source.target.clone(),
            contexts: source.contexts.clone(),
            platforms: platforms.clone(),
            build_platform: build_platform.unwrap_or(&defaults.fallback).clone(),
        }))),
        SourceKind::Images => Ok(Asked::Images(AskedImages {
            references: lock
                .images()
                .iter()
                .filter(|image| image.sources.contains(&source.name))
                .map(|image| image.reference.clone())
                .collect(),
            places: Vec::new(),
            platforms: platforms.clone(),
        })),
        SourceKind::Compose { files } => Ok(Asked::Compose(Box::new(AskedCompose {
            request: request_again(source, files, root, defaults),
            platforms: platforms.clone(),
            build_platform: build_platform.unwrap_or(&defaults.fallback).clone(),
        }))),
    }
}

/// The request that a lock records. Paths of a lock start from the root. A variable that is set
/// today counts as it is today, one that is not as it was recorded.
fn request_again(source: &Source, files: &[String], root: &Root, defaults: &Defaults) -> Request {
    let top = root.path().display();
    let absolute = |path: &String| format!("{top}/{path}");
    let mut environment = source.env.clone();
    environment.extend(defaults.environment.clone());
    Request {
        files: files.iter().map(absolute).collect(),
        env_files: source.env_files.iter().map(absolute).collect(),
        project_directory: source.project_directory.as_ref().map(absolute),
        project_name: None,
        profiles: source.profiles.clone(),
        services: source.services.clone(),
        environment,
    }
}

/// Finds the Dockerfile and the compose project of the current folder, of which one must be there.
pub fn discovered(root: &Root, defaults: &Defaults) -> Result<Vec<Asked>, Failure> {
    let found = found_here(root, defaults)?;
    if found.is_empty() {
        return Err(LockFailure::NoSource.into());
    }
    Ok(found)
}

/// Finds the Dockerfile and the compose project of the current folder. A Dockerfile that the
/// project builds is not listed a second time.
pub(super) fn found_here(root: &Root, defaults: &Defaults) -> Result<Vec<Asked>, Failure> {
    let mut dockerfile = root.first_file(root.here(), DOCKERFILES)?;
    let mut asked = Vec::new();
    if root.first_file(root.here(), COMPOSE_FILES)?.is_some() {
        let request = Request {
            environment: defaults.environment.clone(),
            ..Request::default()
        };
        let project = load_compose(root, request.clone())??;
        dockerfile = dockerfile.filter(|path| !is_built_by(root, &project, path));
        asked.push(Asked::Compose(Box::new(AskedCompose {
            request,
            platforms: defaults.platforms_or_fallback(),
            build_platform: defaults.build_platform(),
        })));
    }
    asked.extend(dockerfile.map(|path| {
        Asked::Dockerfile(Box::new(AskedDockerfile {
            path,
            args: BTreeMap::new(),
            target: None,
            contexts: BTreeMap::new(),
            platforms: defaults.platforms_or_fallback(),
            build_platform: defaults.build_platform(),
        }))
    }));
    Ok(asked)
}

/// Tells whether an active service of a project builds a Dockerfile.
pub(super) fn is_built_by(root: &Root, project: &Project, path: &RootPath) -> bool {
    let builds = project
        .services
        .values()
        .filter_map(|service| service.build.as_ref());
    builds
        .filter_map(|build| dockerfile_of(root, build))
        .any(|built| built == *path)
}

impl Defaults {
    /// Takes from `airlock.toml` what nobody said on the command line.
    #[must_use]
    pub fn or(mut self, repository: &Repository) -> Self {
        if self.platforms.is_empty() {
            self.platforms.clone_from(&repository.platforms);
        }
        let build_platform = self.build_platform.take();
        self.build_platform = build_platform.or_else(|| repository.build_platform.clone());
        self
    }

    /// Returns the platforms named, else the fallback.
    pub fn platforms_or_fallback(&self) -> Vec<Platform> {
        if self.platforms.is_empty() {
            vec![self.fallback.clone()]
        } else {
            self.platforms.clone()
        }
    }

    /// Returns the build platform named, else that of this machine.
    pub fn build_platform(&self) -> Platform {
        self.build_platform.clone().unwrap_or_else(Platform::host)
    }
}
