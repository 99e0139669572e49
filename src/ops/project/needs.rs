//! What one source needs, and how the lock records it.

use std::collections::BTreeSet;
use std::sync::Arc;

use lock_format::{Reference, Source, SourceKind};

use super::failure::UNUSED_ARGUMENT;
use super::{Asked, AskedCompose, AskedDockerfile, AskedImages, Extras};
use crate::compose::Project;
use crate::config::Inside;
use crate::diagnostic::{Diagnose as _, Failure, Label, Place};
use crate::dockerfile::{self, Dockerfile, Finding, ImageAt, Images, Options, Resolution};
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

/// What a source needs, where it says so, and what is worth a word about it.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) needs: SourceNeeds,
    /// Images that it names and the inside has anyway.
    pub(super) inside: BTreeSet<Reference>,
    /// Every place that names an image; may be fewer than the images, as a named context has none.
    pub(super) places: Vec<(Need, Place)>,
    pub(super) warnings: Vec<Warning>,
}

/// What counts for every source.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rules<'a> {
    /// What is needed beside the images that run.
    pub(super) extras: Extras,
    /// Registries whose images nobody needs to carry.
    pub(super) inside: &'a Inside,
}

/// Finds what a source needs; `name` is its name in the lock.
pub(super) fn needs(
    read: &Read,
    name: &str,
    root: &Root,
    rules: Rules<'_>,
    triggers: &dyn OnbuildTriggers,
) -> Result<Found, Failure> {
    let Rules { extras, inside } = rules;
    let triggers = &OutsideTriggers { inside, triggers };
    let mut found = match read {
        Read::Dockerfile(asked, input) => of_dockerfile(asked, input, name, extras, triggers)?,
        Read::Compose(asked, project) => of_compose(asked, project, name, root, extras, triggers)?,
        Read::Images(asked) => of_images(asked, name),
    };
    let (held, carried) = found
        .needs
        .images
        .into_iter()
        .partition(|need| inside.has(&need.reference));
    found.needs.images = carried;
    let held: Vec<Need> = held;
    found.inside = held.into_iter().map(|need| need.reference).collect();
    Ok(found)
}

/// Asks nobody for the triggers of an image that the inside has.
struct OutsideTriggers<'a> {
    inside: &'a Inside,
    triggers: &'a dyn OnbuildTriggers,
}

impl OnbuildTriggers for OutsideTriggers<'_> {
    fn triggers(&self, image: &ImageAt) -> Result<Vec<String>, Failure> {
        if self.inside.has(&image.reference) {
            return Ok(Vec::new());
        }
        self.triggers.triggers(image)
    }
}

/// Fails with the first image that is not known: a lock is whole or not at all.
fn of_compose(
    asked: &AskedCompose,
    project: &Project,
    name: &str,
    root: &Root,
    extras: Extras,
    triggers: &dyn OnbuildTriggers,
) -> Result<Found, Failure> {
    let options = NeedsOptions {
        build: BuildOptions {
            platforms: asked.platforms.clone(),
            build_platform: asked.build_platform.clone(),
        },
        syntax: extras.syntax,
        models: extras.models,
    };
    let found = compose_needs(root, project, &options, triggers)?;
    if let Some(unknown) = found.unknown.into_iter().next() {
        return Err(unknown.into());
    }
    let places = found.images.into_iter().map(|image| {
        let need = Need {
            reference: image.reference,
            platform: image.platform,
        };
        (need, image.at)
    });
    let places: Vec<(Need, Place)> = places.collect();
    let images: BTreeSet<Need> = places.iter().map(|(need, _)| need.clone()).collect();
    let needs = SourceNeeds {
        images: images.into_iter().collect(),
        source: Source {
            name: name.to_owned(),
            ..found.source
        },
    };
    Ok(Found {
        needs,
        inside: BTreeSet::new(),
        places,
        warnings: found.warnings,
    })
}

fn of_images(asked: &AskedImages, name: &str) -> Found {
    let at_each_platform = |reference: &Reference| -> Vec<Need> {
        let platforms = asked.platforms.iter().cloned();
        let need = |platform| Need {
            reference: reference.clone(),
            platform,
        };
        platforms.map(need).collect()
    };
    let places = asked.places.iter().flat_map(|(reference, at)| {
        let needs = at_each_platform(reference).into_iter();
        needs.map(|need| (need, at.clone()))
    });
    let references = asked.references.iter();
    let needs = SourceNeeds {
        images: references.flat_map(at_each_platform).collect(),
        source: Source::new(name, SourceKind::Images, asked.platforms.clone()),
    };
    Found {
        needs,
        inside: BTreeSet::new(),
        places: places.collect(),
        warnings: Vec::new(),
    }
}

fn of_dockerfile(
    asked: &AskedDockerfile,
    input: &Input,
    name: &str,
    extras: Extras,
    triggers: &dyn OnbuildTriggers,
) -> Result<Found, Failure> {
    let mut images = BTreeSet::new();
    let mut places = Vec::new();
    let mut deciding = BTreeSet::new();
    let mut warnings = Vec::new();
    if extras.syntax
        && let Some((need, at)) = front_end(asked, input, &mut deciding)?
    {
        images.insert(need.clone());
        places.push((need, at));
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
        let found = images_of(resolution, input, &mut warnings)?;
        places.extend(found.iter().flat_map(|images| written(images, input)));
        images.extend(
            found
                .into_iter()
                .flat_map(|images| images.resolve)
                .map(need),
        );
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
    Ok(Found {
        needs: SourceNeeds {
            source,
            images: images.into_iter().collect(),
        },
        inside: BTreeSet::new(),
        places,
        warnings,
    })
}

fn need(image: ImageAt) -> Need {
    Need {
        reference: image.reference,
        platform: image.platform,
    }
}

/// The places of a file that name the images it needs, those for the target first.
fn written(images: &Images, input: &Input) -> Vec<(Need, Place)> {
    let mut uses: Vec<_> = images.uses.iter().collect();
    uses.sort_by_key(|used| (!used.needed, used.span));
    let asked = uses
        .into_iter()
        .filter(|u| images.resolve.contains(&u.image));
    asked
        .map(|used| {
            let at = Place::of_span(&input.name, &input.bytes, used.span);
            (need(used.image.clone()), at)
        })
        .collect()
}

/// The front end that BuildKit fetches first, for the platform that the build runs on.
fn front_end(
    asked: &AskedDockerfile,
    input: &Input,
    deciding: &mut BTreeSet<String>,
) -> Result<Option<(Need, Place)>, Failure> {
    let Some(syntax) = dockerfile::syntax(&input.bytes, &asked.args) else {
        return Ok(None);
    };
    if syntax.from == dockerfile::SyntaxFrom::BuildArg {
        deciding.insert(dockerfile::SYNTAX_ARG.to_owned());
    }
    let reference = syntax.reference.map_err(super::LockFailure::from)?;
    let need = Need {
        reference,
        platform: asked.build_platform.clone(),
    };
    let at = match syntax.span {
        Some(span) => Place::of_span(&input.name, &input.bytes, span),
        None => Place::of_line(&input.name, syntax.line),
    };
    Ok(Some((need, at)))
}

/// An error that hides the images stops; any other is told.
fn images_of(
    resolution: Resolution,
    input: &Input,
    warnings: &mut Vec<Warning>,
) -> Result<Option<Images>, Failure> {
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
            Ok(Some(images))
        }
        (None, Some(error)) => Err(error.into()),
        (None, None) => Ok(None),
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
