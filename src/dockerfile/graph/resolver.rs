//! From a file and what is asked for to the images, step by step.

use std::collections::{BTreeMap, BTreeSet};

use crate::dockerfile::answer::{ImageAt, Images, Resolution, Step};
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
    deciding_args: BTreeSet<String>,
    /// The rounds, once they have begun.
    rounds: Option<Rounds>,
}

impl<'a> Resolver<'a> {
    /// Begins with a file that could be read.
    pub fn new(file: &'a Dockerfile, options: &'a Options) -> Self {
        Self {
            file,
            options,
            triggers: BTreeMap::new(),
            deciding_args: BTreeSet::new(),
            rounds: None,
        }
    }

    /// Tells the ONBUILD triggers of an image's config; none where there are none.
    pub fn answer(&mut self, image: ImageAt, triggers: Vec<String>) {
        self.triggers.insert(image, triggers);
    }

    /// Goes as far as what is known allows.
    pub fn step(&mut self) -> Step {
        let (images, error) = match self.run() {
            Ok((images, error)) => (Some(images), error),
            Err(Stop::Needs(images)) => return Step::Needs(images),
            Err(Stop::Error(error)) => (None, Some(error)),
        };
        Step::Done(Box::new(Resolution {
            images,
            error,
            deciding_args: self.deciding_args.clone(),
        }))
    }

    fn run(&mut self) -> Result<(Images, Option<DockerfileError>), Stop> {
        if self.triggers.len() > IMAGES {
            let problem = Problem::TooMany { limit: IMAGES };
            return Err(Stop::Error(DockerfileError::new(problem, None, None)));
        }
        let mut rounds = match self.rounds.take() {
            Some(rounds) => rounds,
            None => self.begin().map_err(Stop::Error)?,
        };
        let resolved = rounds.run(self.options, &self.triggers);
        let rounds = self.rounds.insert(rounds);
        let resolved = resolved?;
        let needed = rounds.states.reachable(rounds.target);
        let images = listing::list(&rounds.states, &resolved, &needed);
        let error = order::check(&rounds.states, &resolved, self.options.all_stages);
        Ok((images, error))
    }

    /// Makes stages, target and links, up to where images are looked for.
    fn begin(&mut self) -> Result<Rounds, DockerfileError> {
        let mut globals = Globals::new(self.file, self.options)?;
        epoch::settle(&mut globals, self.file, self.options)?;
        let states = build::stages(self.file, &globals, self.options);
        self.deciding_args = globals.take_deciding();
        let mut states = states?;
        let target = self.target(&states)?;
        build::link(&mut states, self.file, &globals)?;
        if let Some(circle) = circle::find(&states) {
            let stage = states.get(circle.stage);
            let label = stage.map(|stage| stage.label(circle.stage));
            return Err(DockerfileError::new(
                Problem::Circle(label.unwrap_or_default()),
                Some(circle.place.line),
                Some(circle.place.span),
            ));
        }
        Ok(Rounds::new(states, target, globals))
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
