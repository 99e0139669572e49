//! The check and its output.

use std::path::Path;

use crate::cli::arguments::Format;
use crate::cli::context::{Context, Outcome};
use crate::cli::exit::ExitStatus;
use crate::cli::station::StationFlags;
use crate::config::Inside;
use crate::diagnostic::{Failure, Level};
use crate::inputs::Root;
use crate::ops::lock_file::LockFile;
use crate::ops::project::check::{AskUpstream, CheckOptions, Checked, RULES, check};
use crate::ops::project::{Asked, Extras};
use crate::report::findings::{self, Sheet};

/// What is checked, and how.
#[derive(Debug)]
pub(crate) struct Check<'a> {
    /// The lock.
    pub(crate) lockfile: &'a Path,
    /// Its text.
    pub(crate) lock: &'a LockFile,
    /// The folder of the sources.
    pub(crate) root: &'a Root,
    /// The sources.
    pub(crate) asked: &'a [Asked],
    /// What is locked beside the images that run.
    pub(crate) extras: Extras,
    /// Registries that the inside has anyway.
    pub(crate) inside: &'a Inside,
    /// The command that writes the lock.
    pub(crate) fix: &'a str,
    /// What a moved tag is, if registries are asked.
    pub(crate) upstream: Option<Level>,
    /// How they are asked.
    pub(crate) station: &'a StationFlags,
}

/// Checks a lock and tells the result in the form asked for.
pub(crate) fn run(check: &Check<'_>, context: &Context) -> Outcome {
    let name = name_of(check.lockfile, check.root);
    let checked = checked(check, &name, context)?;
    context.end_progress();
    let sheet = Sheet {
        lockfile: &name,
        findings: &checked.findings,
        failure: checked.failure.as_ref().map(Failure::facts),
        complete: checked.complete,
        rules: RULES,
        version: env!("CARGO_PKG_VERSION"),
    };
    tell(&sheet, context)?;
    let passed = sheet.passed();
    match checked.failure {
        Some(failure) => Err(failure),
        None if passed => Ok(ExitStatus::Done),
        None => Ok(ExitStatus::Gate),
    }
}

fn checked(check: &Check<'_>, name: &str, context: &Context) -> Result<Checked, Failure> {
    let options = CheckOptions {
        lock_name: name,
        fix: check.fix,
        extras: check.extras,
        inside: check.inside,
    };
    let run = context.run();
    let Some(level) = check.upstream else {
        return self::check(check.asked, check.root, check.lock, &options, None, run);
    };
    let station = check.station.settings(context)?;
    let client = station.client(context);
    let ask = AskUpstream {
        upstream: &client,
        jobs: station.jobs,
        level,
    };
    self::check(
        check.asked,
        check.root,
        check.lock,
        &options,
        Some(&ask),
        run,
    )
}

/// Names the lock from the root, where it lies in it: annotations need it so. Elsewhere its whole
/// path says which it is.
fn name_of(lockfile: &Path, root: &Root) -> String {
    if let Ok(path) = root.locate(lockfile) {
        return path.to_string();
    }
    let whole = lockfile.canonicalize();
    let whole = whole.unwrap_or_else(|_| lockfile.to_owned());
    whole.display().to_string()
}

fn tell(sheet: &Sheet<'_>, context: &Context) -> Result<(), Failure> {
    let output = context.output();
    let text = match output.format() {
        Format::Human => {
            let text = findings::human(sheet, context.style());
            if sheet.findings.is_empty() {
                output.say(&text);
            } else {
                output.always(&text);
            }
            return Ok(());
        }
        Format::Json => findings::json(sheet),
        Format::Markdown => findings::markdown(sheet),
        Format::Github => findings::github(sheet),
        Format::Sarif => findings::sarif(sheet),
    };
    Ok(output.bytes(text.as_bytes())?)
}
