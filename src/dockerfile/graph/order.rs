//! Stages that are used before they are defined.

use crate::dockerfile::error::DockerfileError;
use crate::dockerfile::problem::Problem;

use super::state::{Command, CommandKind, Origin, State, States};

/// Finds the first instruction, of the stages that are built, that takes files from a stage
/// further down. Where `all` stages are built, those that a context replaces are built too.
pub(super) fn check(states: &States, needed: &[bool], all: bool) -> Option<DockerfileError> {
    let built = states.stages().filter(|(index, state)| {
        needed.get(*index) == Some(&true) && (all || state.context.is_none())
    });
    for (index, state) in built {
        for command in &state.commands {
            if let Some(error) = check_command(states, index, state, command) {
                return Some(error);
            }
        }
    }
    None
}

fn check_command(
    states: &States,
    index: usize,
    state: &State,
    command: &Command,
) -> Option<DockerfileError> {
    let CommandKind::Uses { sources, .. } = &command.kind else {
        return None;
    };
    sources.iter().find_map(|source| {
        let name = source.name.as_ref()?;
        let later = states.get(source.state)?;
        let is_stage = matches!(later.origin, Origin::Stage { .. });
        // A trigger may take files from the stage it runs in: what is there by then.
        if !is_stage || later.context.is_some() || source.state <= index {
            return None;
        }
        let problem = Problem::StageOrder {
            from: name.clone(),
            stage: state.label(index),
        };
        Some(DockerfileError::new(
            problem,
            Some(command.place.line),
            Some(source.span),
        ))
    })
}
