//! What was found in all sources, and how it is told.

use super::several::Several;
use super::text::text;
use crate::cli::context::{Context, Outcome};
use crate::cli::exit::ExitStatus;
use crate::compose;
use crate::diagnostic::Failure;
use crate::ops::project::scan::{ComposeScan, DockerfileScan, SCHEMA, Scan, Source};
use crate::run::{Event, Warning};

/// The data of all sources, with the facts for people beside it.
#[derive(Default)]
pub(super) struct Found {
    sources: Vec<Source>,
    errors: Vec<Failure>,
    warnings: Vec<Warning>,
}

impl Found {
    /// Adds a Dockerfile at a platform.
    pub(super) fn dockerfile(&mut self, found: DockerfileScan) {
        self.sources
            .push(Source::Dockerfile(Box::new(found.source)));
        self.errors.extend(found.error.map(Failure::from));
        for warning in found.warnings {
            // The same at every platform.
            if !self.warnings.contains(&warning) {
                self.warnings.push(warning);
            }
        }
    }

    /// Adds a compose project. A build that was not looked into is no error: nothing says that its
    /// Dockerfile is wrong.
    pub(super) fn compose(&mut self, found: ComposeScan) {
        self.sources.push(Source::Compose(Box::new(found.source)));
        self.errors.extend(found.error.map(Failure::from));
        self.errors
            .extend(found.failed_builds.into_iter().map(Failure::from));
        let project = found.project.iter();
        let warnings = project.flat_map(|project| &project.warnings);
        self.warnings.extend(warnings.map(compose::Warning::told));
    }

    /// Prints the document or the text. An error of any source ends with 1, after all is told.
    pub(super) fn tell(self, context: &Context) -> Outcome {
        let scan = Scan {
            schema: SCHEMA,
            sources: self.sources,
        };
        if context.output().is_json() {
            context.output().data(&scan)?;
            // The data tells the errors.
            return Ok(if self.errors.is_empty() {
                ExitStatus::Done
            } else {
                ExitStatus::Gate
            });
        }
        for warning in &self.warnings {
            context.run().events.event(Event::Warning(warning));
        }
        context.output().say(&text(&scan));
        match Several::of(self.errors) {
            Some(failure) => Err(failure),
            None => Ok(ExitStatus::Done),
        }
    }
}
