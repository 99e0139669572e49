//! What every command gets.

use std::path::{Path, PathBuf};

use super::arguments::Global;
use super::environment::Environment;
use super::exit::ExitStatus;
use super::output::Output;
use super::progress::{self, Progress};
use super::system::{SystemClock, SystemEntropy};
use crate::diagnostic::Failure;
use crate::report::Style;
use crate::run::{Cancel, Run};

/// How a command ends.
pub(crate) type Outcome = Result<ExitStatus, Failure>;

/// Everything ambient, gathered once.
#[derive(Debug)]
pub(crate) struct Context {
    environment: Environment,
    output: Output,
    progress: Progress,
    cancel: Cancel,
    style: Style,
    verbose: bool,
    directory: Option<PathBuf>,
}

impl Context {
    pub(crate) fn new(global: &Global, environment: Environment, cancel: Cancel) -> Self {
        Self {
            output: Output::new(global),
            style: progress::style(global, &environment),
            progress: Progress::new(global, &environment),
            environment,
            cancel,
            verbose: global.verbose,
            directory: global.directory.clone(),
        }
    }

    /// Returns what an operation runs with.
    pub(crate) fn run(&self) -> Run<'_> {
        Run {
            events: &self.progress,
            cancel: &self.cancel,
            clock: &SystemClock,
            entropy: &SystemEntropy,
        }
    }

    /// Returns the environment variables.
    pub(crate) fn environment(&self) -> &Environment {
        &self.environment
    }

    /// Returns where results go.
    pub(crate) fn output(&self) -> Output {
        self.output
    }

    /// Returns how text is drawn.
    pub(crate) fn style(&self) -> Style {
        self.style
    }

    /// Tells whether more was asked to be said.
    pub(crate) fn is_verbose(&self) -> bool {
        self.verbose
    }

    /// Returns the folder that `-C` names, as it was given.
    pub(crate) fn directory(&self) -> Option<&Path> {
        self.directory.as_deref()
    }

    /// Takes all bars off the terminal, before a result is printed.
    pub(crate) fn end_progress(&self) {
        self.progress.clear();
    }
}
