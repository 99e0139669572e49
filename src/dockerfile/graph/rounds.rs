//! Rounds of finding bases: triggers of what was found may need more.

use std::collections::BTreeMap;

use lock_format::Reference;

use crate::dockerfile::answer::{ImageAt, Use};
use crate::dockerfile::args::Globals;
use crate::dockerfile::context::{Loaded, find};
use crate::dockerfile::error::DockerfileError;
use crate::dockerfile::file::{INSTRUCTIONS, trigger};
use crate::dockerfile::instruction::Instruction;
use crate::dockerfile::options::Options;
use crate::dockerfile::problem::Problem;

use super::build::{attach_front, copy_source, mount_sources};
use super::state::{Command, CommandKind, Found, State, States};

/// Deepest nesting of triggers: one takes files from an image, whose own trigger takes files from
/// an image, and so on. An image whose trigger names the image itself never ends.
const LEVELS: usize = 100;

/// ONBUILD triggers of images, as far as they are known.
pub(super) type Triggers = BTreeMap<ImageAt, Vec<String>>;

/// What the rounds work with; kept from one to the next.
#[derive(Clone, Debug)]
pub(super) struct Rounds {
    pub(super) states: States,
    pub(super) target: usize,
    pub(super) globals: Globals,
    /// How many triggers were run.
    runs: usize,
    /// How many rounds ran some.
    levels: usize,
}

/// Why the rounds cannot go on.
pub(super) enum Stop {
    Error(DockerfileError),
    Needs(Vec<ImageAt>),
}

impl Rounds {
    pub(super) fn new(states: States, target: usize, globals: Globals) -> Self {
        Self {
            states,
            target,
            globals,
            runs: 0,
            levels: 0,
        }
    }

    /// Runs rounds until no trigger needs anything new, from where the last call stopped. Returns
    /// which states are needed by the target, or by any stage.
    pub(super) fn run(
        &mut self,
        options: &Options,
        triggers: &Triggers,
    ) -> Result<Vec<bool>, Stop> {
        loop {
            let needed = self.needed(options);
            self.find_bases(&needed, options).map_err(Stop::Error)?;
            let unknown = self.unknown_triggers(triggers);
            if !unknown.is_empty() {
                return Err(Stop::Needs(unknown));
            }
            if !self.run_triggers(&needed, triggers).map_err(Stop::Error)? {
                return Ok(needed);
            }
            self.levels = self.levels.saturating_add(1);
            if let (true, Some((_, last))) = (self.levels > LEVELS, self.states.iter().last()) {
                let problem = Problem::TriggerDepth { limit: LEVELS };
                return Err(Stop::Error(place_error(problem, last)));
            }
        }
    }

    fn needed(&self, options: &Options) -> Vec<bool> {
        if options.all_stages {
            vec![true; self.states.len()]
        } else {
            self.states.reachable(self.target)
        }
    }

    /// Finds the bases that are not found yet; of those not needed only the form is checked.
    ///
    /// BuildKit looks at all at once and names whichever fails first: mostly the one it began last.
    /// That one is named here, and the others with it.
    fn find_bases(&mut self, needed: &[bool], options: &Options) -> Result<(), DockerfileError> {
        let mut wrong = Vec::new();
        for index in 0..self.states.len() {
            let needed = needed.get(index) == Some(&true);
            let Some(state) = self.states.get(index) else {
                continue;
            };
            let done = state
                .found
                .as_ref()
                .is_some_and(|found| found.needed || !needed);
            if state.base.is_some() || done {
                continue;
            }
            match found(state, needed, options) {
                Err(problem) => wrong.push(place_error(problem, state)),
                Ok(found) => {
                    if let Some(state) = self.states.get_mut(index) {
                        state.found = Some(found);
                    }
                }
            }
        }
        match wrong.pop() {
            Some(last) => Err(last.with(wrong)),
            None => Ok(()),
        }
    }

    /// Returns the images whose triggers are not known.
    fn unknown_triggers(&self, triggers: &Triggers) -> Vec<ImageAt> {
        // The triggers of those that were run are known.
        let open = self.states.iter().filter(|(_, state)| !state.inherited);
        let asked = open.filter_map(|(_, state)| state.asked());
        let mut unknown: Vec<ImageAt> = asked
            .filter(|image| !triggers.contains_key(image))
            .collect();
        unknown.sort();
        unknown.dedup();
        unknown
    }

    /// Runs triggers that were not run yet. Tells whether any takes files from somewhere.
    fn run_triggers(
        &mut self,
        needed: &[bool],
        triggers: &Triggers,
    ) -> Result<bool, DockerfileError> {
        let mut more = false;
        for index in 0..needed.len() {
            let Some(state) = self.states.get_mut(index) else {
                continue;
            };
            if needed.get(index) != Some(&true) || std::mem::replace(&mut state.inherited, true) {
                continue;
            }
            let mut commands = Vec::new();
            for text in self.texts(index, triggers) {
                self.count(index)?;
                commands.extend(self.run_trigger(index, &text)?);
            }
            more |= !commands.is_empty();
            attach_front(&mut self.states, index, commands);
        }
        Ok(more)
    }

    /// Returns the triggers of a state's base: of the image's config, or of the stage's ONBUILD.
    fn texts(&self, index: usize, triggers: &Triggers) -> Vec<Vec<u8>> {
        let Some(state) = self.states.get(index) else {
            return Vec::new();
        };
        if let Some(base) = state.base.and_then(|base| self.states.get(base)) {
            let texts = base
                .commands
                .iter()
                .filter_map(|command| match &command.kind {
                    CommandKind::Onbuild(text) => Some(text.clone()),
                    CommandKind::Uses { .. } => None,
                });
            return texts.collect();
        }
        let known = state.asked().and_then(|image| triggers.get(&image));
        let texts = known.into_iter().flatten();
        texts.map(|text| text.clone().into_bytes()).collect()
    }

    /// Counts a trigger: stages with many of them multiply.
    fn count(&mut self, index: usize) -> Result<(), DockerfileError> {
        self.runs = self.runs.saturating_add(1);
        match self.states.get(index) {
            Some(state) if self.runs > INSTRUCTIONS => {
                let limit = INSTRUCTIONS;
                Err(place_error(Problem::TooMany { limit }, state))
            }
            _ => Ok(()),
        }
    }

    /// Reads a trigger; none where it takes files from nowhere.
    fn run_trigger(
        &mut self,
        index: usize,
        text: &[u8],
    ) -> Result<Option<Command>, DockerfileError> {
        let Some(state) = self.states.get(index) else {
            return Ok(None);
        };
        let (place, span) = (state.place, state.span);
        let wrong = |problem| {
            DockerfileError::new(
                Problem::Trigger(Box::new(problem)),
                Some(place.line),
                Some(span),
            )
        };
        let in_place = |error: DockerfileError| wrong(error.problem);
        let instruction = trigger(text).map_err(wrong)?;
        let (kind, sources) = match instruction {
            Instruction::Onbuild(text) => {
                let kind = CommandKind::Onbuild(text);
                return Ok(Some(Command { kind, place }));
            }
            Instruction::Copy(mut source) => {
                source.span = span;
                let source = copy_source(&mut self.states, &source, &self.globals, place);
                (Use::OnbuildCopy, vec![source.map_err(in_place)?])
            }
            Instruction::Run(mut mounts) => {
                for mount in &mut mounts {
                    mount.span = span;
                    if let Some(source) = &mut mount.from {
                        source.span = span;
                    }
                }
                let sources = mount_sources(&mut self.states, &mounts, place);
                (Use::OnbuildMount, sources.map_err(in_place)?)
            }
            Instruction::From(_)
            | Instruction::Arg(_)
            | Instruction::Add(_)
            | Instruction::Other => return Ok(None),
        };
        Ok(Some(Command {
            kind: CommandKind::Uses { kind, sources },
            place,
        }))
    }
}

fn place_error(problem: Problem, state: &State) -> DockerfileError {
    DockerfileError::new(problem, Some(state.place.line), Some(state.span))
}

/// Finds what a state stands on.
fn found(state: &State, needed: bool, options: &Options) -> Result<Found, Problem> {
    let mut found = Found {
        reference: None,
        asked: None,
        platform: options.platform.clone(),
        needed,
    };
    if state.is_scratch() {
        return Ok(found);
    }
    let reference = parse(&state.base_name)?;
    if let Some(platform) = &state.platform {
        found.platform = platform.clone();
    }
    found.reference = Some(reference.clone());
    if !needed {
        return Ok(found);
    }
    let context = match &state.context {
        Some(context) => Some(context.clone()),
        None if options.contexts.is_empty() => None,
        None => find(&options.contexts, &reference.to_string(), &found.platform)
            .map_err(Problem::Context)?,
    };
    found.asked = match context {
        None => Some(reference),
        Some(context) => match context.load().map_err(Problem::Context)? {
            Loaded::Image(image) => Some(image),
            Loaded::Files => None,
        },
    };
    Ok(found)
}

fn parse(text: &str) -> Result<Reference, Problem> {
    Reference::parse(text).map_err(|error| Problem::Reference {
        expanded: text.to_owned(),
        error,
    })
}

impl State {
    /// Returns what is asked of a registry for this state.
    pub(super) fn asked(&self) -> Option<ImageAt> {
        let found = self.found.as_ref()?;
        Some(ImageAt {
            reference: found.asked.clone()?,
            platform: found.platform.clone(),
        })
    }
}
