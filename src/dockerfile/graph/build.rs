//! Stages as states, and the links between them.

use std::collections::BTreeMap;

use lock_format::Platform;

use crate::dockerfile::answer::Use;
use crate::dockerfile::args::Globals;
use crate::dockerfile::context::find;
use crate::dockerfile::error::DockerfileError;
use crate::dockerfile::file::{self, Dockerfile, Place, Stage};
use crate::dockerfile::instruction::{Mount, Source};
use crate::dockerfile::options::Options;
use crate::dockerfile::problem::Problem;

use super::state::{Command, CommandKind, Origin, SCRATCH, SourceOf, State, States};

/// Makes a state of every stage, with base and platform expanded.
pub(super) fn stages(
    file: &Dockerfile,
    globals: &Globals,
    options: &Options,
) -> Result<States, DockerfileError> {
    let mut states = States::default();
    for stage in &file.stages {
        let state = stage_state(stage, globals, options)?;
        states
            .add(state)
            .map_err(|problem| at(problem, stage.place))?;
    }
    Ok(states)
}

fn at(problem: Problem, place: Place) -> DockerfileError {
    DockerfileError::new(problem, Some(place.line), Some(place.span))
}

fn stage_state(
    stage: &Stage,
    globals: &Globals,
    options: &Options,
) -> Result<State, DockerfileError> {
    let base = &stage.from.base;
    let at_base = |problem| DockerfileError::new(problem, Some(stage.place.line), Some(base.span));
    let base_name = globals.expand(&base.text).map_err(at_base)?;
    if base_name.is_empty() {
        return Err(at_base(Problem::BlankBase(base.text.clone())));
    }
    let platform = platform(stage, globals, options)?;
    let context = match &stage.from.name {
        Some(name) => {
            let platform = platform.as_ref().unwrap_or(&options.platform);
            // The reference names no line here.
            find(&options.contexts, name, platform).map_err(|problem| {
                DockerfileError::new(Problem::Context(problem), None, Some(stage.place.span))
            })?
        }
        None => None,
    };
    Ok(State {
        origin: Origin::Stage {
            name: stage.from.name.clone(),
        },
        written: base.text.clone(),
        base_name,
        base: None,
        platform,
        context,
        place: stage.place,
        span: base.span,
        needs: BTreeMap::new(),
        commands: Vec::new(),
        found: None,
        inherited: false,
    })
}

fn platform(
    stage: &Stage,
    globals: &Globals,
    options: &Options,
) -> Result<Option<Platform>, DockerfileError> {
    let Some(word) = &stage.from.platform else {
        return Ok(None);
    };
    let wrong = |problem| DockerfileError::new(problem, Some(stage.place.line), Some(word.span));
    let text = globals.expand(&word.text).map_err(wrong)?;
    if text.is_empty() {
        return Err(wrong(Problem::BlankPlatform(word.text.clone())));
    }
    let platform = Platform::parse_on(&text, &options.build_platform);
    platform
        .map(Some)
        .map_err(|error| wrong(Problem::Platform(error)))
}

/// Links every stage with what its instructions take files from.
pub(super) fn link(
    states: &mut States,
    file: &Dockerfile,
    globals: &Globals,
) -> Result<(), DockerfileError> {
    for (index, stage) in file.stages.iter().enumerate() {
        for command in &stage.commands {
            let command = linked(states, command, globals)?;
            if let Some(state) = states.get_mut(index) {
                note_needs(state, &command);
                state.commands.push(command);
            }
        }
    }
    Ok(())
}

/// Puts triggers in front of a state's own instructions.
pub(super) fn attach_front(states: &mut States, index: usize, commands: Vec<Command>) {
    if let Some(state) = states.get_mut(index) {
        for command in &commands {
            note_needs(state, command);
        }
        state.commands.splice(..0, commands);
    }
}

fn note_needs(state: &mut State, command: &Command) {
    if let CommandKind::Uses { sources, .. } = &command.kind {
        let places = sources.iter().map(|source| (source.state, command.place));
        state.needs.extend(places);
    }
}

fn linked(
    states: &mut States,
    command: &file::Command,
    globals: &Globals,
) -> Result<Command, DockerfileError> {
    let place = command.place;
    let kind = match &command.kind {
        file::CommandKind::Copy(source) => CommandKind::Uses {
            kind: Use::Copy,
            sources: vec![copy_source(states, source, globals, place)?],
        },
        file::CommandKind::Run(mounts) => CommandKind::Uses {
            kind: Use::Mount,
            sources: mount_sources(states, mounts, place)?,
        },
        file::CommandKind::Onbuild(text) => CommandKind::Onbuild(text.clone()),
    };
    Ok(Command { kind, place })
}

/// Finds what `COPY --from` names: an index, a stage, or an image.
pub(super) fn copy_source(
    states: &mut States,
    source: &Source,
    globals: &Globals,
    place: Place,
) -> Result<SourceOf, DockerfileError> {
    // The reference names no line in these errors.
    let wrong = |problem| DockerfileError::new(problem, None, Some(source.span));
    let name = &source.name;
    if globals.expand_bare(name).map_err(wrong)? != *name {
        return Err(wrong(Problem::FromVariable(name.clone())));
    }
    let state = match name.parse::<i64>() {
        Ok(index) => usize::try_from(index)
            .ok()
            .and_then(|number| states.numbered(number))
            .ok_or_else(|| wrong(Problem::StageIndex(index)))?,
        Err(_) => match states.named(name) {
            Some(state) => state,
            None => states
                .add(source_state(name, source.span, place))
                .map_err(wrong)?,
        },
    };
    Ok(SourceOf {
        state,
        name: Some(name.clone()),
        span: source.span,
    })
}

/// Finds what mounts name: a stage or an image. A mount that names nothing counts as `scratch`,
/// and takes a number too.
pub(super) fn mount_sources(
    states: &mut States,
    mounts: &[Mount],
    place: Place,
) -> Result<Vec<SourceOf>, DockerfileError> {
    let mut sources = Vec::new();
    for mount in mounts {
        let (name, span) = match &mount.from {
            Some(source) => (source.name.as_str(), source.span),
            None => (SCRATCH, mount.span),
        };
        let state = match states.named(name) {
            Some(state) => state,
            None => states
                .add(source_state(name, span, place))
                .map_err(|problem| at(problem, place))?,
        };
        sources.push(SourceOf {
            state,
            name: mount.from.as_ref().map(|source| source.name.clone()),
            span,
        });
    }
    Ok(sources)
}

fn source_state(name: &str, span: lock_format::Span, place: Place) -> State {
    State {
        origin: Origin::Source,
        written: name.to_owned(),
        base_name: name.to_owned(),
        base: None,
        platform: None,
        context: None,
        place,
        span,
        needs: BTreeMap::new(),
        commands: Vec::new(),
        found: None,
        inherited: false,
    }
}
