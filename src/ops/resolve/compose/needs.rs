//! The images that a compose project needs, as a lock lists them.

use std::collections::BTreeSet;

use lock_format::{Reference, Source, SourceKind, Span};

use super::build::services_of;
use super::deciding::Deciding;
use super::platform::of_service;
use super::{
    BuildAnswer, Built, ComposeNeed, ComposeNeeds, ComposeNeedsError, NeedUse, NeedsOptions,
    resolve_build,
};
use crate::compose::{self, Build, Project, Service, Text};
use crate::diagnostic::{Diagnose as _, Failure, Place};
use crate::dockerfile::{ImageAt, Images, Use};
use crate::inputs::Root;
use crate::ops::resolve::OnbuildTriggers;
use crate::run::Warning;

/// Lists the images that the active services of a project need.
///
/// A service with a build needs what its Dockerfile names; its `image` is the name of the result.
/// Where its `pull_policy` asks for the image to be pulled, the image is needed in place of the
/// build. Services that others take their image from count too, active or not.
pub fn compose_needs(
    root: &Root,
    project: &Project,
    options: &NeedsOptions,
    triggers: &dyn OnbuildTriggers,
) -> Result<ComposeNeeds, Failure> {
    let mut work = Work {
        root,
        project,
        options,
        triggers,
        images: BTreeSet::new(),
        unknown: Vec::new(),
        warnings: project
            .warnings
            .iter()
            .map(compose::Warning::told)
            .collect(),
        deciding: Deciding::of_project(project),
        done: BTreeSet::new(),
    };
    for service in project.services.values() {
        work.service(service)?;
    }
    if options.models {
        for (name, model) in &project.models {
            work.image(name, None, model, NeedUse::Model);
        }
    }
    Ok(ComposeNeeds {
        source: source(project, options, work.deciding),
        images: work.images.into_iter().collect(),
        unknown: work.unknown,
        warnings: work.warnings,
    })
}

/// The source with today's inputs.
fn source(project: &Project, options: &NeedsOptions, deciding: Deciding) -> Source {
    let sorted = |texts: &[String]| texts.iter().cloned().collect::<BTreeSet<_>>();
    let name = project.files.first().cloned().unwrap_or_default();
    let kind = SourceKind::Compose {
        files: project.files.clone(),
    };
    Source {
        build_platform: Some(options.build.build_platform.clone()),
        env: deciding.into_map(),
        profiles: sorted(&project.profiles).into_iter().collect(),
        services: sorted(&project.asked_services).into_iter().collect(),
        env_files: project.env_files.clone(),
        project_directory: project_directory(project),
        ..Source::new(&name, kind, options.build.platforms.clone())
    }
}

/// The folder that relative paths start from, where it is not that of the first file. The root
/// itself is written as a path from that folder, as a lock knows no `.`.
fn project_directory(project: &Project) -> Option<String> {
    let first = project.files.first()?;
    let folder = first.rsplit_once('/').map_or(".", |(folder, _)| folder);
    match project.working_dir.as_str() {
        working_dir if working_dir == folder => None,
        "." => {
            let up = folder.split('/').map(|_| "/..");
            Some(folder.to_owned() + &up.collect::<String>())
        }
        working_dir => Some(working_dir.to_owned()),
    }
}

struct Work<'a> {
    root: &'a Root,
    project: &'a Project,
    options: &'a NeedsOptions,
    triggers: &'a dyn OnbuildTriggers,
    images: BTreeSet<ComposeNeed>,
    unknown: Vec<ComposeNeedsError>,
    warnings: Vec<Warning>,
    deciding: Deciding,
    /// Services whose own image is listed already.
    done: BTreeSet<&'a str>,
}

impl<'a> Work<'a> {
    /// Lists everything that a service needs to run.
    fn service(&mut self, service: &'a Service) -> Result<(), Failure> {
        self.own_image(service)?;
        for volume in &service.image_volumes {
            match self.project.service(&volume.text) {
                Some(other) => {
                    self.deciding.texts([volume]);
                    self.own_image(other)?;
                }
                None => self.image(&service.name, Some(service), volume, NeedUse::ImageVolume),
            }
        }
        let own = service.image.as_ref().map(|image| &image.text);
        for image in &service.pre_start_images {
            let is_result = service.is_built() && own == Some(&image.text);
            if !is_result {
                self.image(&service.name, Some(service), image, NeedUse::PreStart);
            }
        }
        Ok(())
    }

    /// Lists what the image of a service is, or is made of.
    fn own_image(&mut self, service: &'a Service) -> Result<(), Failure> {
        if service.provider || !self.done.insert(&service.name) {
            return Ok(());
        }
        self.deciding.service(service);
        match (&service.build, &service.image) {
            (Some(build), _) if service.is_built() => self.build(service, build),
            (_, Some(image)) => {
                self.image(&service.name, Some(service), image, NeedUse::Service);
                Ok(())
            }
            (_, None) => Ok(()),
        }
    }

    fn build(&mut self, service: &'a Service, build: &'a Build) -> Result<(), Failure> {
        let options = &self.options.build;
        let answer = resolve_build(self.root, service, build, options, self.triggers)?;
        self.deciding.build(build, &answer);
        match answer {
            BuildAnswer::Skipped { why, wanted, place } => {
                self.unknown.push(ComposeNeedsError::Skipped {
                    service: service.name.clone(),
                    why,
                    wanted,
                    place,
                });
            }
            BuildAnswer::Built(built) => {
                for built in built {
                    self.built(service, build, built);
                }
            }
        }
        for other in services_of(self.project, build) {
            self.own_image(other)?;
        }
        Ok(())
    }

    /// Lists the images of one build at one platform.
    fn built(&mut self, service: &Service, build: &Build, built: Built) {
        let need = |image: ImageAt, kind: NeedUse, at: Place| ComposeNeed {
            reference: image.reference,
            platform: image.platform,
            kind,
            service: service.name.clone(),
            at,
        };
        for image in built.images.iter().flat_map(|images| &images.resolve) {
            let (kind, line, span) = built
                .images
                .as_ref()
                .map_or((Use::Context, 0, None), |images| use_of(images, image));
            let at = written(build, &built, line, span);
            self.images
                .insert(need(image.clone(), NeedUse::Build(kind), at));
        }
        if let Some(syntax) = built.syntax.as_ref().filter(|_| self.options.syntax)
            && let Ok(reference) = &syntax.reference
        {
            let image = ImageAt {
                reference: reference.clone(),
                platform: self.options.build.build_platform.clone(),
            };
            let at = written(build, &built, syntax.line, syntax.span);
            self.images.insert(need(image, NeedUse::Syntax, at));
        }
        self.warnings.extend(built.findings);
        let Some(error) = built.error else { return };
        let error = ComposeNeedsError::of_build(service, build, error);
        if built.images.is_some() {
            // What fails later has nothing to do with the images.
            self.warnings.push(Warning {
                code: error.code(),
                message: error.to_string(),
                help: error.help(),
                label: error.labels().into_iter().next(),
            });
        } else {
            self.unknown.push(error);
        }
    }

    /// Adds an image at the platforms of a service.
    fn image(&mut self, name: &str, service: Option<&Service>, image: &Text, kind: NeedUse) {
        self.deciding.texts([image]);
        let reference = match Reference::parse(&image.text) {
            Ok(reference) => reference,
            Err(error) => {
                self.unknown.push(ComposeNeedsError::Reference {
                    service: name.to_owned(),
                    image: image.clone(),
                    error,
                });
                return;
            }
        };
        let number = |number: u32| usize::try_from(number).unwrap_or(usize::MAX);
        let at = Place {
            file: image.place.file.to_string(),
            line: number(image.place.line),
            column: number(image.place.column),
            length: 0,
        };
        for platform in of_service(service, &self.options.build.platforms) {
            match platform {
                Ok(platform) => {
                    self.images.insert(ComposeNeed {
                        reference: reference.clone(),
                        platform,
                        kind,
                        service: name.to_owned(),
                        at: at.clone(),
                    });
                }
                Err(platform) => self.unknown.push(ComposeNeedsError::Platform {
                    service: name.to_owned(),
                    platform: platform.clone(),
                }),
            }
        }
    }
}

/// Finds how and where a file uses an image: where the target needs it, if anywhere.
fn use_of(images: &Images, image: &ImageAt) -> (Use, usize, Option<Span>) {
    let uses = images.uses.iter().filter(|used| used.image == *image);
    uses.max_by_key(|used| (used.needed, std::cmp::Reverse(used.line)))
        .map_or((Use::Context, 0, None), |used| {
            (used.kind, used.line, Some(used.span))
        })
}

/// The place of a line or span of a build's Dockerfile. Of an inline one only the line is known: it
/// stands in the compose file, indented.
fn written(build: &Build, built: &Built, line: usize, span: Option<Span>) -> Place {
    let name = &built.file.name;
    match (&build.dockerfile_inline, span) {
        (Some(text), _) => Place::of_line(&text.place.file, inline_line(text, line)),
        (None, Some(span)) => Place::of_span(name, &built.file.bytes, span),
        (None, None) => Place::of_line(name, line),
    }
}

/// The line in the compose file of a line of an inline Dockerfile. The place of a block is that of
/// its first line of text.
fn inline_line(text: &Text, line: usize) -> usize {
    let start = usize::try_from(text.place.line).unwrap_or(usize::MAX);
    let is_block = text.text.contains('\n');
    start.saturating_add(if is_block { line.saturating_sub(1) } else { 0 })
}
