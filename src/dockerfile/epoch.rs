//! `SOURCE_DATE_EPOCH`: a number, or the name of a stage or context that gives a time.

use super::args::Globals;
use super::context::find;
use super::error::DockerfileError;
use super::file::Dockerfile;
use super::options::Options;
use super::problem::Problem;

const NAME: &str = "SOURCE_DATE_EPOCH";

/// Checks the value as BuildKit does before it looks at stages, and puts a number into its short
/// form. A time that a stage or context gives is not known here; the argument is then unset.
pub(super) fn settle(
    globals: &mut Globals,
    file: &Dockerfile,
    options: &Options,
) -> Result<(), DockerfileError> {
    let given = options.args.get(NAME).map(String::as_str);
    let Some(value) = given.or_else(|| globals.env.value(NAME)).map(str::to_owned) else {
        return Ok(());
    };
    if value.is_empty() {
        if given.is_some() {
            globals.env.remove(NAME);
        }
        return Ok(());
    }
    let number = value.parse::<i64>();
    if number.is_err() {
        check_source(&value, globals, file, options)?;
    }
    if globals.env.value(NAME).is_some() {
        match number {
            Ok(number) => globals.env.set(NAME, number.to_string()),
            Err(_) => globals.env.remove(NAME),
        }
    }
    Ok(())
}

fn check_source(
    value: &str,
    globals: &Globals,
    file: &Dockerfile,
    options: &Options,
) -> Result<(), DockerfileError> {
    if value == "context" {
        return Ok(());
    }
    let nowhere = |problem| DockerfileError::new(problem, None, None);
    // No platform is asked for here: that of the machine counts.
    let context = find(&options.contexts, value, &options.build_platform);
    let context = context.map_err(|problem| nowhere(Problem::Context(problem)))?;
    if let Some(context) = context {
        return match context.load() {
            Ok(_) => Ok(()),
            Err(problem) => Err(nowhere(Problem::Context(problem))),
        };
    }
    let wrong = || Problem::Epoch(value.to_owned());
    let named = |name: &String| name.eq_ignore_ascii_case(value);
    let stage = file
        .stages
        .iter()
        .find(|stage| stage.from.name.as_ref().is_some_and(named));
    let stage = stage.ok_or_else(|| nowhere(wrong()))?;
    let place = stage.place;
    let here = |problem| DockerfileError::new(problem, Some(place.line), Some(place.span));
    let base = globals.expand(&stage.from.base.text).map_err(here)?;
    if stage.only_adds == Some(1) && base == "scratch" {
        return Ok(());
    }
    Err(here(wrong()))
}
