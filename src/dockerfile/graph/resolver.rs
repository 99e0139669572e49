//! From a file and what is asked for to the images, step by step.

use std::collections::BTreeMap;

use crate::dockerfile::answer::{ImageAt, Resolution, Step};
use crate::dockerfile::args::Globals;
use crate::dockerfile::epoch;
use crate::dockerfile::error::DockerfileError;
use crate::dockerfile::file::Dockerfile;
use crate::dockerfile::options::Options;
use crate::dockerfile::problem::Problem;
use crate::run::limits::IMAGES;

use super::rounds::{Rounds, Stop, Triggers};
use super::state::States;
use super::{build, circle, listing, order};

/// Resolves a file; pure, so that what it lacks is asked of the caller.
///
/// ```text
///  step() ──► Done(resolution)
///     ▲  └──► Needs(images) ──► answer(image, triggers) for each
///     └──────────────────────────────────┘
/// ```
#[derive(Clone, Debug)]
pub struct Resolver<'a> {
    file: &'a Dockerfile,
    options: &'a Options,
    triggers: Triggers,
}

impl<'a> Resolver<'a> {
    /// Begins with a file that could be read.
    pub fn new(file: &'a Dockerfile, options: &'a Options) -> Self {
        Self {
            file,
            options,
            triggers: BTreeMap::new(),
        }
    }

    /// Tells the ONBUILD triggers of an image's config; none where there are none.
    pub fn answer(&mut self, image: ImageAt, triggers: Vec<String>) {
        self.triggers.insert(image, triggers);
    }

    /// Goes as far as what is known allows.
    pub fn step(&self) -> Step {
        let mut resolution = Resolution {
            images: None,
            error: None,
            deciding_args: std::collections::BTreeSet::new(),
        };
        match self.run(&mut resolution) {
            Ok(()) => Step::Done(Box::new(resolution)),
            Err(Stop::Needs(images)) => Step::Needs(images),
            Err(Stop::Error(error)) => {
                resolution.error = Some(error);
                Step::Done(Box::new(resolution))
            }
        }
    }

    fn run(&self, resolution: &mut Resolution) -> Result<(), Stop> {
        if self.triggers.len() > IMAGES {
            let problem = Problem::TooMany { limit: IMAGES };
            return Err(Stop::Error(DockerfileError::new(problem, None, None)));
        }
        let mut globals = Globals::new(self.file, self.options).map_err(Stop::Error)?;
        epoch::settle(&mut globals, self.file, self.options).map_err(Stop::Error)?;
        let built = build::stages(self.file, &globals, self.options);
        // Those asked for by a FROM that failed decide as well.
        resolution.deciding_args = globals.take_deciding();
        let (mut states, deciding) = built.map_err(Stop::Error)?;
        resolution.deciding_args = deciding;
        let target = self.target(&states).map_err(Stop::Error)?;
        build::link(&mut states, self.file, &globals).map_err(Stop::Error)?;
        if let Some(circle) = circle::find(&states) {
            let stage = states.get(circle.stage);
            let label = stage
                .map(|stage| stage.label(circle.stage))
                .unwrap_or_default();
            let place = circle.place;
            return Err(Stop::Error(DockerfileError::new(
                Problem::Circle(label),
                Some(place.line),
                Some(place.span),
            )));
        }
        let resolved = Rounds {
            states: &mut states,
            target,
            globals: &globals,
            options: self.options,
            triggers: &self.triggers,
            runs: 0,
        }
        .run()?;
        let needed = states.reachable(target);
        resolution.images = Some(listing::list(&states, &resolved, &needed));
        resolution.error = order::check(&states, &resolved);
        Ok(())
    }

    /// Finds the stage to build: the last one, or the one of a name.
    fn target(&self, states: &States) -> Result<usize, DockerfileError> {
        if self.options.target.is_empty() {
            return Ok(states.len().saturating_sub(1));
        }
        states.named(&self.options.target).ok_or_else(|| {
            let problem = Problem::Target {
                target: self.options.target.clone(),
                known: states.names(),
            };
            DockerfileError::new(problem, None, None)
        })
    }
}
