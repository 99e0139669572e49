//! What one source needs, and how the lock records it.

use std::collections::BTreeSet;
use std::sync::Arc;

use lock_format::{Source, SourceKind};

use super::failure::UNUSED_ARGUMENT;
use super::{Asked, AskedCompose, AskedDockerfile, AskedImages};
use crate::compose::Project;
use crate::diagnostic::{Diagnose as _, Failure, Label};
use crate::dockerfile::{self, Dockerfile, Finding, Options, Resolution};
use crate::inputs::{Input, Root};
use crate::ops::resolve::{
    BuildOptions, NeedsOptions, OnbuildTriggers, compose_needs, load_compose, resolve_dockerfile,
};
use crate::plan::{Need, SourceNeeds};
use crate::run::limits::DOCKERFILE_BYTES;
use crate::run::{Event, Run, Warning};

/// A source that was read.
#[derive(Debug)]
pub(super) enum Read {
    Dockerfile(Box<AskedDockerfile>, Input),
    Compose(Box<AskedCompose>, Box<Project>),
    Images(AskedImages),
}

/// Reads the file of a source, where it has one.
pub(super) fn read(asked: &Asked, root: &Root) -> Result<Read, Failure> {
    Ok(match asked {
        Asked::Dockerfile(file) => {
            Read::Dockerfile(file.clone(), root.read(&file.path, DOCKERFILE_BYTES)?)
        }
        Asked::Compose(asked) => {
            let project = load_compose(root, asked.request.clone())??;
            Read::Compose(asked.clone(), Box::new(project))
        }
        Asked::Images(images) => Read::Images(images.clone()),
    })
}

impl Read {
    /// Returns what a source is called unless that name is taken: its path, or its first file's.
    pub(super) fn base_name(&self) -> String {
        match self {
            Self::Dockerfile(_, input) => input.name.clone(),
            Self::Compose(_, project) => project.files.first().cloned().unwrap_or_default(),
            Self::Images(_) => "images".to_owned(),
        }
    }
}

/// Finds what a source needs; `name` is its name in the lock.
pub(super) fn needs(
    read: &Read,
    name: &str,
    root: &Root,
    syntax: bool,
    triggers: &dyn OnbuildTriggers,
) -> Result<(SourceNeeds, Vec<Warning>), Failure> {
    match read {
        Read::Dockerfile(asked, input) => of_dockerfile(asked, input, name, syntax, triggers),
        Read::Compose(asked, project) => of_compose(asked, project, name, root, syntax, triggers),
        Read::Images(asked) => Ok((of_images(asked, name), Vec::new())),
    }
}

/// Fails with the first image that is not known: a lock is whole or not at all.
fn of_compose(
    asked: &AskedCompose,
    project: &Project,
    name: &str,
    root: &Root,
    syntax: bool,
    triggers: &dyn OnbuildTriggers,
) -> Result<(SourceNeeds, Vec<Warning>), Failure> {
    let options = NeedsOptions {
        build: BuildOptions {
            platforms: asked.platforms.clone(),
            build_platform: asked.build_platform.clone(),
        },
        syntax,
        models: false,
    };
    let found = compose_needs(root, project, &options, triggers)?;
    if let Some(unknown) = found.unknown.into_iter().next() {
        return Err(unknown.into());
    }
    let images = found.images.into_iter().map(|image| Need {
        reference: image.reference,
        platform: image.platform,
    });
    let images: BTreeSet<Need> = images.collect();
    let needs = SourceNeeds {
        images: images.into_iter().collect(),
        source: Source {
            name: name.to_owned(),
            ..found.source
        },
    };
    Ok((needs, found.warnings))
}

fn of_images(asked: &AskedImages, name: &str) -> SourceNeeds {
    let images = asked.references.iter().flat_map(|reference| {
        asked.platforms.iter().map(|platform| Need {
            reference: reference.clone(),
            platform: platform.clone(),
        })
    });
    SourceNeeds {
        images: images.collect(),
        source: Source::new(name, SourceKind::Images, asked.platforms.clone()),
    }
}

fn of_dockerfile(
    asked: &AskedDockerfile,
    input: &Input,
    name: &str,
    with_syntax: bool,
    triggers: &dyn OnbuildTriggers,
) -> Result<(SourceNeeds, Vec<Warning>), Failure> {
    let mut images = BTreeSet::new();
    let mut deciding = BTreeSet::new();
    let mut warnings = Vec::new();
    if with_syntax {
        images.extend(front_end(asked, input, &mut deciding)?);
    }
    let file = Dockerfile::parse(&input.bytes, &asked.args)
        .map_err(|error| error.in_file(&input.name, &input.bytes))?;
    warnings.extend(
        file.findings()
            .into_iter()
            .map(|finding| warning(finding, input)),
    );
    for platform in &asked.platforms {
        let options = Options {
            args: asked.args.clone(),
            target: asked.target.clone().unwrap_or_default(),
            platform: platform.clone(),
            build_platform: asked.build_platform.clone(),
            contexts: asked.contexts.clone(),
            all_stages: asked.target.is_none(),
        };
        let resolution = resolve_dockerfile(&file, &options, triggers)?;
        deciding.extend(resolution.deciding_args.iter().cloned());
        images.extend(images_of(resolution, input, &mut warnings)?);
    }
    warnings.extend(unused(asked, &deciding, name));
    let used = asked.args.iter().filter(|(key, _)| deciding.contains(*key));
    let kind = SourceKind::Dockerfile {
        path: input.name.clone(),
    };
    let source = Source {
        build_platform: Some(asked.build_platform.clone()),
        args: used
            .map(|(key, value)| (key.clone(), value.clone()))
            .collect(),
        target: asked.target.clone(),
        contexts: asked.contexts.clone(),
        ..Source::new(name, kind, asked.platforms.clone())
    };
    Ok((
        SourceNeeds {
            source,
            images: images.into_iter().collect(),
        },
        warnings,
    ))
}

/// The front end that BuildKit fetches first, for the platform that the build runs on.
fn front_end(
    asked: &AskedDockerfile,
    input: &Input,
    deciding: &mut BTreeSet<String>,
) -> Result<Option<Need>, Failure> {
    let Some(syntax) = dockerfile::syntax(&input.bytes, &asked.args) else {
        return Ok(None);
    };
    if syntax.from == dockerfile::SyntaxFrom::BuildArg {
        deciding.insert(dockerfile::SYNTAX_ARG.to_owned());
    }
    let reference = syntax.reference.map_err(super::LockFailure::from)?;
    Ok(Some(Need {
        reference,
        platform: asked.build_platform.clone(),
    }))
}

/// An error that hides the images stops; any other is told.
fn images_of(
    resolution: Resolution,
    input: &Input,
    warnings: &mut Vec<Warning>,
) -> Result<Vec<Need>, Failure> {
    let error = resolution
        .error
        .map(|error| error.in_file(&input.name, &input.bytes));
    match (resolution.images, error) {
        (Some(images), error) => {
            if let Some(error) = error {
                warnings.push(Warning {
                    code: error.code(),
                    message: error.to_string(),
                    help: error.help(),
                    label: error.labels().into_iter().next(),
                });
            }
            let needs = images.resolve.into_iter();
            Ok(needs
                .map(|image| Need {
                    reference: image.reference,
                    platform: image.platform,
                })
                .collect())
        }
        (None, Some(error)) => Err(error.into()),
        (None, None) => Ok(Vec::new()),
    }
}

fn warning(finding: Finding, input: &Input) -> Warning {
    let text: Arc<str> = String::from_utf8_lossy(&input.bytes).into();
    let label = finding.span.map(|span| Label {
        file: input.name.clone(),
        text,
        span,
        message: "here".to_owned(),
    });
    Warning {
        code: finding.code,
        message: finding.message,
        help: None,
        label,
    }
}

fn unused(asked: &AskedDockerfile, deciding: &BTreeSet<String>, name: &str) -> Vec<Warning> {
    let unused = asked.args.keys().filter(|key| !deciding.contains(*key));
    unused
        .map(|key| Warning {
            code: UNUSED_ARGUMENT,
            message: format!(
                "the build argument {key} decides no image of {name}; the lock does not record it"
            ),
            help: None,
            label: None,
        })
        .collect()
}

/// Tells warnings once each.
pub(super) fn tell(warnings: &[Warning], run: &Run<'_>) {
    let mut told: Vec<&Warning> = Vec::new();
    for warning in warnings {
        if !told.contains(&warning) {
            run.events.event(Event::Warning(warning));
            told.push(warning);
        }
    }
}
