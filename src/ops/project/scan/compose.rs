//! One compose project.

use std::collections::BTreeMap;

use lock_format::Algorithm;

use super::compose_model::{
    BuildResult, BuildRow, BuiltRow, ComposeProblem, ComposeSource, ComposeWarning, ServiceRow,
};
use super::dockerfile::{problem, resolve_rows, syntax_row};
use super::model::Problem;
use crate::compose::{Build, ComposeError, Context, Project, Request, Service, Text};
use crate::diagnostic::{Diagnose as _, Failure};
use crate::inputs::Root;
use crate::oci::digest_of;
use crate::ops::resolve::{
    BuildAnswer, BuildOptions, BuildProblem, Built, ComposeNeedsError, OnbuildTriggers,
    load_compose, resolve_build,
};

/// What is known about a compose project: as data, and as facts for people.
#[derive(Debug)]
pub struct ComposeScan {
    /// The data.
    pub source: ComposeSource,
    /// The project; none where it cannot be loaded.
    pub project: Option<Project>,
    /// Why it cannot be loaded.
    pub error: Option<ComposeError>,
    /// Builds of active services that fail.
    pub failed_builds: Vec<ComposeNeedsError>,
}

/// Lists the services of a compose project and what their builds need. Opens no connection;
/// `triggers` stand in for configs.
pub fn scan_compose(
    root: &Root,
    request: Request,
    options: &BuildOptions,
    triggers: &dyn OnbuildTriggers,
) -> Result<ComposeScan, Failure> {
    let project = match load_compose(root, request)? {
        Ok(project) => project,
        Err(error) => return Ok(refused(error)),
    };
    let mut failed_builds = Vec::new();
    let mut services = BTreeMap::new();
    for (name, service) in &project.services {
        let mut row = service_row(service);
        if let Some(build) = &service.build {
            let answer = resolve_build(root, service, build, options, triggers)?;
            row.build_result = Some(build_result(&answer));
            failed_builds.extend(failures(service, build, answer));
        }
        services.insert(name.clone(), row);
    }
    let disabled = project.disabled_services.iter();
    let models = project.models.iter();
    let source = ComposeSource {
        kind: "compose",
        ok: true,
        error: None,
        project_name: Some(project.name.clone()),
        working_dir: Some(project.working_dir.clone()),
        files: Some(project.files.clone()),
        services: Some(services),
        disabled_services: Some(
            disabled
                .map(|(name, service)| (name.clone(), service_row(service)))
                .collect(),
        ),
        models: Some(
            models
                .map(|(name, model)| (name.clone(), model.text.clone()))
                .collect(),
        ),
        warnings: warnings(&project),
    };
    Ok(ComposeScan {
        source,
        project: Some(project),
        error: None,
        failed_builds,
    })
}

/// The data of a project that cannot be loaded.
fn refused(error: ComposeError) -> ComposeScan {
    let place = error.place();
    let source = ComposeSource {
        kind: "compose",
        ok: false,
        error: Some(ComposeProblem {
            class: error.class_name(),
            code: error.code().as_str(),
            message: error.problem().to_string(),
            file: place.map(|place| place.file.to_string()),
            line: place.map(|place| place.line),
            column: place.map(|place| place.column),
        }),
        project_name: None,
        working_dir: None,
        files: None,
        services: None,
        disabled_services: None,
        models: None,
        warnings: Vec::new(),
    };
    ComposeScan {
        source,
        project: None,
        error: Some(error),
        failed_builds: Vec::new(),
    }
}

fn warnings(project: &Project) -> Vec<ComposeWarning> {
    let rows = project.warnings.iter().map(|warning| ComposeWarning {
        message: warning.text.clone(),
        file: warning.place.as_ref().map(|place| place.file.to_string()),
        line: warning.place.as_ref().map(|place| place.line),
    });
    rows.collect()
}

fn service_row(service: &Service) -> ServiceRow {
    ServiceRow {
        image: optional(service.image.as_ref()).unwrap_or_default(),
        default_image: service.default_image.clone(),
        platform: optional(service.platform.as_ref()),
        pull_policy: optional(service.pull_policy.as_ref()),
        build: service.build.as_ref().map(build_row),
        build_result: None,
        image_volumes: texts(&service.image_volumes),
        pre_start_images: texts(&service.pre_start_images),
        models: service.models.clone(),
        provider: service.provider,
        file: service.place.file.to_string(),
        line: service.place.line,
    }
}

fn build_row(build: &Build) -> BuildRow {
    let args = build.args.iter();
    let contexts = build.additional_contexts.iter();
    let inline = build.dockerfile_inline.as_ref();
    BuildRow {
        context: build.context.as_str().to_owned(),
        dockerfile: optional(build.dockerfile.as_ref()).filter(|name| !name.is_empty()),
        dockerfile_inline_sha256: inline.map(|text| sha256(&text.text)),
        args: args
            .map(|(name, value)| (name.clone(), value.text.clone()))
            .collect(),
        target: optional(build.target.as_ref()),
        platforms: texts(&build.platforms),
        additional_contexts: contexts
            .map(|(name, (context, text))| {
                let shown = match context {
                    Context::Folder(path) => path,
                    Context::Outside(_) | Context::Remote(_) | Context::Service(_) => &text.text,
                };
                (name.clone(), shown.clone())
            })
            .collect(),
        cache_from: texts(&build.cache_from),
    }
}

fn optional(text: Option<&Text>) -> Option<String> {
    text.map(|text| text.text.clone())
}

fn texts(texts: &[Text]) -> Vec<String> {
    texts.iter().map(|text| text.text.clone()).collect()
}

fn sha256(text: &str) -> String {
    digest_of(Algorithm::Sha256, text.as_bytes()).hex()
}

fn build_result(answer: &BuildAnswer) -> BuildResult {
    match answer {
        BuildAnswer::Skipped { why, wanted, .. } => BuildResult::Skipped {
            skipped: *why,
            wanted: wanted.clone(),
        },
        BuildAnswer::Built(built) => BuildResult::Built(built.iter().map(built_row).collect()),
    }
}

fn built_row(built: &Built) -> BuiltRow {
    let images = built.images.as_ref();
    BuiltRow {
        platform: built.platform.clone(),
        ok: built.error.is_none(),
        images_known: images.is_some(),
        resolve: images.map(|images| resolve_rows(&images.resolve)),
        syntax: built.syntax.as_ref().map(syntax_row),
        error: built.error.as_ref().map(built_problem),
    }
}

fn built_problem(error: &BuildProblem) -> Problem {
    match error {
        BuildProblem::Dockerfile(error) => problem(error),
        BuildProblem::Platform(platform) => Problem {
            class: "invalid_platform",
            message: format!("{} is no platform", platform.text),
            line: None,
            also: Vec::new(),
        },
    }
}

/// The failures of a build, as errors that name the service. A build that was not looked into is
/// none.
fn failures(service: &Service, build: &Build, answer: BuildAnswer) -> Vec<ComposeNeedsError> {
    let BuildAnswer::Built(built) = answer else {
        return Vec::new();
    };
    let errors = built.into_iter().filter_map(|built| built.error);
    errors
        .map(|error| ComposeNeedsError::of_build(service, build, error))
        .collect()
}
