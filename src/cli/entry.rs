//! From arguments to exit code.

use std::ffi::OsString;
use std::process::ExitCode;

use clap::Parser as _;

use super::arguments::{Arguments, Format};
use super::context::{Context, Outcome};
use super::environment::Environment;
use super::exit::ExitStatus;
use super::output::{Output, OutputError};
use super::signals::Signals;
use super::{progress, usage, version};
use crate::diagnostic::{Class, Code, Diagnose, Failure};
use crate::report::{self, Style};
use crate::run::Cancel;

/// The folder given with `-C` cannot be entered.
#[derive(Debug, thiserror::Error)]
#[error("cannot enter the folder {folder}")]
struct NoDirectory {
    folder: String,
    #[source]
    cause: std::io::Error,
}

/// The code of [`NoDirectory`].
pub(crate) const NO_DIRECTORY: Code = Code::new("cli/no-directory");

impl Diagnose for NoDirectory {
    fn code(&self) -> Code {
        NO_DIRECTORY
    }

    fn class(&self) -> Class {
        Class::Usage
    }

    fn help(&self) -> Option<String> {
        Some("give -C a folder that exists".to_owned())
    }
}

/// Parses the arguments, runs the command and turns the result into an exit code.
pub fn main(arguments: impl Iterator<Item = OsString>) -> ExitCode {
    let words: Vec<OsString> = arguments.collect();
    let arguments = match Arguments::try_parse_from(&words) {
        Ok(arguments) => arguments,
        Err(error) => return usage::told(&error, &words).into(),
    };
    let environment = Environment::of_this_process();
    let style = progress::style(&arguments.global, &environment);
    let cancel = Cancel::default();
    let signals = Signals::listen(&cancel);
    let context = Context::new(&arguments.global, environment, cancel);
    let outcome = run(&arguments, &context);
    context.end_progress();
    match outcome {
        Ok(status) => status.into(),
        Err(failure) => told(&failure, context.output(), style, &signals).into(),
    }
}

fn run(arguments: &Arguments, context: &Context) -> Outcome {
    if let Some(folder) = &arguments.global.directory {
        std::env::set_current_dir(folder).map_err(|cause| NoDirectory {
            folder: folder.display().to_string(),
            cause,
        })?;
    }
    let format = context.output().format();
    match &arguments.command {
        Some(command) if !command.gives(format) => {
            Err(OutputError::WrongFormat(format.name()).into())
        }
        _ if arguments.version => version::print(context),
        Some(command) => command.run(context),
        None => version::print(context),
    }
}

/// Tells a failure in the form asked for and returns its exit status.
fn told(failure: &Failure, output: Output, style: Style, signals: &Signals) -> ExitStatus {
    let facts = failure.facts();
    if facts.code() == OutputError::Closed.code() {
        return ExitStatus::Done;
    }
    if output.is_json() {
        output.always(&report::json(facts));
    } else {
        output.always(&report::human(facts, style));
    }
    let told = match output.format() {
        Format::Github => report::findings::github_failure(facts),
        Format::Markdown => report::findings::markdown_failure(facts),
        Format::Human | Format::Json | Format::Sarif => String::new(),
    };
    // Where standard output is closed, the text above has told it.
    drop(output.bytes(told.as_bytes()));
    if facts.class() == Class::Cancelled {
        signals.status()
    } else {
        facts.class().into()
    }
}
