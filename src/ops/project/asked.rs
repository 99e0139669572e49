//! What is to be locked: named by a person, recorded in a lock, or found.

use std::collections::BTreeMap;

use lock_format::{Lockfile, Platform, Reference, Source, SourceKind};

use super::LockFailure;
use crate::diagnostic::Failure;
use crate::inputs::{DOCKERFILES, Root, RootPath};

/// One source that asks for images.
#[derive(Clone, Debug)]
pub enum Asked {
    /// A Dockerfile.
    Dockerfile(Box<AskedDockerfile>),
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

/// References named by hand.
#[derive(Clone, Debug)]
pub struct AskedImages {
    /// The references.
    pub references: Vec<Reference>,
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
}

/// Asks again for what a lock records, at the platforms it records unless others are named.
pub fn asked_again(
    lock: &Lockfile,
    root: &Root,
    defaults: &Defaults,
) -> Result<Vec<Asked>, Failure> {
    lock.sources()
        .iter()
        .map(|source| again(lock, source, root, defaults))
        .collect()
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
            platforms: platforms.clone(),
        })),
        SourceKind::Compose { .. } => Err(LockFailure::Compose(source.name.clone()).into()),
    }
}

/// Finds the Dockerfile of the current folder.
pub fn discovered(root: &Root, defaults: &Defaults) -> Result<Vec<Asked>, Failure> {
    let path = root
        .first_file(root.here(), DOCKERFILES)?
        .ok_or(LockFailure::NoSource)?;
    Ok(vec![Asked::Dockerfile(Box::new(AskedDockerfile {
        path,
        args: BTreeMap::new(),
        target: None,
        contexts: BTreeMap::new(),
        platforms: defaults.platforms_or_fallback(),
        build_platform: defaults.build_platform(),
    }))])
}

impl Defaults {
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
