//! One Dockerfile at one platform.

use std::collections::BTreeSet;

use super::model::{
    AllStages, DockerfileSource, ImageRow, Problem, ResolveRow, StageRow, SyntaxRow, WarningRow,
};
use crate::diagnostic::Failure;
use crate::dockerfile::{
    Dockerfile, DockerfileError, Finding, ImageAt, ImageUse, Images, Options, Resolution,
    StageInfo, Syntax, SyntaxFrom, syntax,
};
use crate::inputs::Input;
use crate::ops::resolve::{OnbuildTriggers, resolve_dockerfile};
use crate::run::Warning;

/// What is known about a Dockerfile at a platform: as data, and as facts for people.
#[derive(Debug)]
pub struct DockerfileScan {
    /// The data.
    pub source: DockerfileSource,
    /// The error, with the place to blame.
    pub error: Option<DockerfileError>,
    /// The warnings, with the places to blame.
    pub warnings: Vec<Warning>,
}

/// Lists the images that a Dockerfile needs. Opens no connection; `triggers` stand in for configs.
pub fn scan_dockerfile(
    input: &Input,
    options: &Options,
    triggers: &dyn OnbuildTriggers,
) -> Result<DockerfileScan, Failure> {
    let front_end = syntax(&input.bytes, &options.args);
    let mut source = DockerfileSource {
        kind: "dockerfile",
        path: input.name.clone(),
        args: options.args.clone(),
        target: options.target.clone(),
        platform: options.platform.to_string(),
        build_platform: options.build_platform.to_string(),
        ok: false,
        images_known: false,
        resolve: None,
        images: None,
        stages: None,
        all_stages: AllStages {
            ok: false,
            resolve: None,
            error: None,
        },
        syntax: front_end.as_ref().map(syntax_row),
        add_remote: None,
        warnings: Vec::new(),
        error: None,
    };
    let mut findings: Vec<Finding> = front_end.iter().filter_map(Syntax::finding).collect();
    let error = match Dockerfile::parse(&input.bytes, &options.args) {
        Ok(file) => {
            let adds = file.remote_adds().iter();
            source.add_remote = Some(adds.map(|add| add.written.clone()).collect());
            findings.extend(file.findings());
            answers(&mut source, &file, input, options, triggers)?
        }
        Err(error) => {
            let error = error.in_file(&input.name, &input.bytes);
            source.all_stages.error = Some(problem(&error));
            Some(error)
        }
    };
    source.warnings = findings.iter().map(warning_row).collect();
    source.ok = error.is_none();
    source.error = error.as_ref().map(problem);
    Ok(DockerfileScan {
        source,
        error,
        warnings: findings
            .into_iter()
            .map(|finding| finding.in_file(&input.name, &input.bytes))
            .collect(),
    })
}

/// Answers for the target and for all stages; returns the error of the answer that was asked for.
fn answers(
    source: &mut DockerfileSource,
    file: &Dockerfile,
    input: &Input,
    options: &Options,
    triggers: &dyn OnbuildTriggers,
) -> Result<Option<DockerfileError>, Failure> {
    let all = Options {
        all_stages: true,
        ..options.clone()
    };
    let resolve = |options| -> Result<Resolution, Failure> {
        let mut found = resolve_dockerfile(file, options, triggers)?;
        let error = found.error.take();
        found.error = error.map(|error| error.in_file(&input.name, &input.bytes));
        Ok(found)
    };
    let all = resolve(&all)?;
    source.all_stages = AllStages {
        ok: all.error.is_none(),
        resolve: all
            .images
            .as_ref()
            .map(|images| resolve_rows(&images.resolve)),
        error: all.error.as_ref().map(problem),
    };
    let asked = if options.all_stages {
        all
    } else {
        resolve(options)?
    };
    let Resolution { images, error, .. } = asked;
    if let Some(Images {
        resolve,
        uses,
        stages,
    }) = images
    {
        source.images_known = true;
        source.resolve = Some(resolve_rows(&resolve));
        source.images = Some(uses.iter().map(image_row).collect());
        source.stages = Some(stages.iter().map(stage_row).collect());
    }
    Ok(error)
}

pub(super) fn resolve_rows(resolve: &BTreeSet<ImageAt>) -> Vec<ResolveRow> {
    let mut rows: Vec<ResolveRow> = resolve
        .iter()
        .map(|image| ResolveRow {
            reference: image.reference.to_string(),
            platform: image.platform.to_string(),
        })
        .collect();
    rows.sort();
    rows.dedup();
    rows
}

fn image_row(image: &ImageUse) -> ImageRow {
    ImageRow {
        written: image.written.clone(),
        expanded: image.expanded.clone(),
        normalized: image.image.reference.to_string(),
        platform: image.image.platform.to_string(),
        kind: image.kind.name(),
        line: image.line,
        stage: image.stage.clone(),
        needed: image.needed,
    }
}

fn stage_row(stage: &StageInfo) -> StageRow {
    let platform = stage.platform.as_ref().map(ToString::to_string);
    StageRow {
        index: stage.index,
        name: stage.name.clone(),
        base: stage.base.clone(),
        base_is: stage.base_is.name(),
        platform: platform.unwrap_or_default(),
        line: stage.line,
        needed: stage.needed,
    }
}

pub(super) fn syntax_row(syntax: &Syntax) -> SyntaxRow {
    let reference = syntax.reference.as_ref().ok();
    SyntaxRow {
        written: syntax.written.clone(),
        normalized: reference.map(ToString::to_string),
        line: syntax.line,
        from: match syntax.from {
            SyntaxFrom::Directive => "directive",
            SyntaxFrom::BuildArg => "build-arg",
        },
    }
}

fn warning_row(finding: &Finding) -> WarningRow {
    WarningRow {
        code: finding.code.as_str(),
        message: finding.message.clone(),
        line: finding.line,
    }
}

pub(super) fn problem(error: &DockerfileError) -> Problem {
    Problem {
        class: error.problem.class().name(),
        message: error.message(),
        line: error.line,
        also: error.also.iter().map(problem).collect(),
    }
}
