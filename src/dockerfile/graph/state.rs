//! Stages and images as nodes of a graph.

use std::collections::BTreeMap;

use lock_format::{Platform, Reference, Span};

use crate::dockerfile::answer::Use;
use crate::dockerfile::context::Context;
use crate::dockerfile::file::{INSTRUCTIONS, Place};
use crate::dockerfile::problem::Problem;
use crate::dockerfile::text::lower;

/// The base that is no image.
pub(super) const SCRATCH: &str = "scratch";

/// A stage of the file, or something that COPY or a mount names and that is no stage.
#[derive(Clone, Debug)]
pub(super) struct State {
    pub(super) origin: Origin,
    /// The base as written.
    pub(super) written: String,
    /// The base after expansion.
    pub(super) base_name: String,
    /// The stage that it stands on.
    pub(super) base: Option<usize>,
    /// The platform that FROM asks for.
    pub(super) platform: Option<Platform>,
    /// The context that replaces it.
    pub(super) context: Option<Context>,
    pub(super) place: Place,
    /// The base's name in the file.
    pub(super) span: Span,
    /// States that COPY and mounts take files from, each with the last such instruction.
    pub(super) needs: BTreeMap<usize, Place>,
    pub(super) commands: Vec<Command>,
    /// What its base turned out to be, once it is known.
    pub(super) found: Option<Found>,
    /// The triggers of the base stage are taken over.
    pub(super) inherited: bool,
}

/// Tells where a state comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Origin {
    /// A stage of the file.
    Stage {
        /// Its name in lower case.
        name: Option<String>,
    },
    /// What COPY or a mount names.
    Source,
}

/// What a base turned out to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Found {
    /// Its canonical reference; none for `scratch`.
    pub(super) reference: Option<Reference>,
    /// What is asked of a registry; none where nothing is.
    pub(super) asked: Option<Reference>,
    pub(super) platform: Platform,
    /// It was found as something that is needed.
    pub(super) needed: bool,
}

/// An instruction of a state.
#[derive(Clone, Debug)]
pub(super) struct Command {
    pub(super) kind: CommandKind,
    pub(super) place: Place,
}

/// What an instruction is.
#[derive(Clone, Debug)]
pub(super) enum CommandKind {
    /// It takes files from states.
    Uses {
        kind: Use,
        sources: Vec<SourceOf>,
    },
    Onbuild(Vec<u8>),
}

/// A state that an instruction takes files from.
#[derive(Clone, Debug)]
pub(super) struct SourceOf {
    pub(super) state: usize,
    /// What is written; none for a mount that names nothing.
    pub(super) name: Option<String>,
    pub(super) span: Span,
}

/// All states, and the numbers that BuildKit gives them.
#[derive(Clone, Debug, Default)]
pub(super) struct States {
    all: Vec<State>,
    /// The state of each number. What is no stage has one more for every copy by number.
    numbers: Vec<usize>,
    by_name: BTreeMap<String, usize>,
}

impl States {
    /// Adds a state, which stands on the stage of its base's name, if there is one yet.
    pub(super) fn add(&mut self, mut state: State) -> Result<usize, Problem> {
        let index = self.all.len();
        // A mount without `from` makes a state too; each instruction is counted when it is read.
        if index > INSTRUCTIONS.saturating_mul(2) {
            return Err(Problem::TooMany {
                limit: INSTRUCTIONS,
            });
        }
        state.base = match state.context {
            Some(_) => None,
            None => self.by_name.get(&state.base_name).copied(),
        };
        if let Origin::Stage { name: Some(name) } = &state.origin {
            self.by_name.insert(name.clone(), index);
        }
        self.all.push(state);
        self.numbers.push(index);
        Ok(index)
    }

    /// Finds a state by its number. One that is no stage is then numbered once more.
    pub(super) fn numbered(&mut self, number: usize) -> Option<usize> {
        let index = *self.numbers.get(number)?;
        if self.get(index)?.origin == Origin::Source {
            self.numbers.push(index);
        }
        Some(index)
    }

    /// Finds a stage by its name in whatever case; the last one of that name.
    pub(super) fn named(&self, name: &str) -> Option<usize> {
        self.by_name.get(&lower(name)).copied()
    }

    pub(super) fn names(&self) -> Vec<String> {
        self.by_name.keys().cloned().collect()
    }

    pub(super) fn len(&self) -> usize {
        self.all.len()
    }

    pub(super) fn get(&self, index: usize) -> Option<&State> {
        self.all.get(index)
    }

    pub(super) fn get_mut(&mut self, index: usize) -> Option<&mut State> {
        self.all.get_mut(index)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (usize, &State)> {
        self.all.iter().enumerate()
    }

    /// Returns the stages of the file.
    pub(super) fn stages(&self) -> impl Iterator<Item = (usize, &State)> {
        self.iter()
            .filter(|(_, state)| matches!(state.origin, Origin::Stage { .. }))
    }

    /// Returns a state and all that it needs, directly or not.
    pub(super) fn reachable(&self, from: usize) -> Vec<bool> {
        let mut reached = vec![false; self.all.len()];
        let mut open = vec![from];
        while let Some(index) = open.pop() {
            let (Some(mark), Some(state)) = (reached.get_mut(index), self.all.get(index)) else {
                continue;
            };
            if std::mem::replace(mark, true) {
                continue;
            }
            open.extend(state.base);
            open.extend(state.needs.keys());
        }
        reached
    }
}

impl State {
    /// Returns the name of a stage, or its index.
    pub(super) fn label(&self, index: usize) -> String {
        match &self.origin {
            Origin::Stage { name: Some(name) } => name.clone(),
            Origin::Stage { name: None } | Origin::Source => index.to_string(),
        }
    }

    pub(super) fn is_scratch(&self) -> bool {
        self.base.is_none() && self.context.is_none() && self.base_name == SCRATCH
    }
}
