//! The images and stages of a graph that is known.

use std::collections::BTreeSet;

use lock_format::{Platform, Span};

use crate::dockerfile::answer::{BaseIs, ImageAt, ImageUse, Images, StageInfo, Use};

use super::state::{Command, CommandKind, Found, Origin, State, States};

/// Lists images and stages.
///
/// `resolved` marks the states whose images are asked for, `needed` those that the target needs.
pub(super) fn list(states: &States, resolved: &[bool], needed: &[bool]) -> Images {
    let is = |marks: &[bool], index: usize| marks.get(index) == Some(&true);
    let mut images = Images {
        resolve: states
            .iter()
            .filter(|(index, _)| is(resolved, *index))
            .filter_map(|(_, state)| state.asked())
            .collect(),
        uses: Vec::new(),
        stages: Vec::new(),
    };
    let mut platforms: Vec<Option<Platform>> = Vec::new();
    for (index, state) in states.stages() {
        let needed = is(needed, index);
        let platform = platform(state, needed, &platforms);
        platforms.push(platform.clone());
        images.stages.push(stage(index, state, platform, needed));
        uses(states, index, state, needed, &mut images.uses);
    }
    images
}

fn stage(index: usize, state: &State, platform: Option<Platform>, needed: bool) -> StageInfo {
    let (base_is, base) = match &state.found {
        _ if state.context.is_some() => (BaseIs::Context, state.base_name.clone()),
        _ if state.base.is_some() => (BaseIs::Stage, state.base_name.clone()),
        Some(Found {
            reference: Some(reference),
            ..
        }) => (BaseIs::Image, reference.to_string()),
        _ => (BaseIs::Scratch, state.base_name.clone()),
    };
    StageInfo {
        index,
        name: match &state.origin {
            Origin::Stage { name: Some(name) } => name.clone(),
            Origin::Stage { name: None } | Origin::Source => String::new(),
        },
        base,
        base_is,
        platform,
        line: state.place.line,
        needed,
    }
}

/// A stage has the platform of what it stands on; one that is not needed keeps its own.
fn platform(state: &State, needed: bool, earlier: &[Option<Platform>]) -> Option<Platform> {
    match (state.base, &state.found) {
        (Some(base), _) if needed => earlier.get(base).cloned().flatten(),
        (Some(_), _) => state.platform.clone(),
        // Files have none.
        (None, Some(found)) if state.context.is_some() && found.needed && found.asked.is_none() => {
            state.platform.clone()
        }
        (None, Some(found)) => Some(found.platform.clone()),
        (None, None) => None,
    }
}

/// Lists the images that a stage uses: its base, then those of its instructions, each with those
/// that its own triggers bring.
fn uses(states: &States, index: usize, state: &State, needed: bool, out: &mut Vec<ImageUse>) {
    let used = Used {
        stage: state.label(index),
        needed,
        line: state.place.line,
    };
    out.extend(used.image(state, Use::From, state.span));
    let mut seen = BTreeSet::new();
    let mut open: Vec<&Command> = state.commands.iter().rev().collect();
    while let Some(command) = open.pop() {
        let CommandKind::Uses { kind, sources } = &command.kind else {
            continue;
        };
        let used = Used {
            line: command.place.line,
            ..used.clone()
        };
        let mut inner = Vec::new();
        for source in sources {
            let from = states.get(source.state);
            let Some(from) = from.filter(|from| from.origin == Origin::Source) else {
                continue;
            };
            out.extend(used.image(from, *kind, source.span));
            if seen.insert(source.state) {
                inner.extend(&from.commands);
            }
        }
        open.extend(inner.into_iter().rev());
    }
}

/// Who uses an image, and where.
#[derive(Clone)]
struct Used {
    stage: String,
    needed: bool,
    line: usize,
}

impl Used {
    fn image(&self, state: &State, kind: Use, span: Span) -> Option<ImageUse> {
        let found = state.found.as_ref()?;
        let reference = found.reference.clone()?;
        let image = ImageAt {
            reference: reference.clone(),
            platform: found.platform.clone(),
        };
        // What stands in for the image is a use of its own kind.
        let replaced = found.needed && found.asked.as_ref() != Some(&reference);
        let of_trigger = matches!(kind, Use::OnbuildCopy | Use::OnbuildMount);
        let text = |written: &str| {
            if of_trigger {
                reference.to_string()
            } else {
                written.to_owned()
            }
        };
        let mut used = ImageUse {
            written: text(&state.written),
            expanded: text(&state.base_name),
            image,
            kind,
            line: self.line,
            span,
            stage: self.stage.clone(),
            needed: self.needed,
        };
        if replaced || state.context.is_some() {
            used.kind = Use::Context;
            used.image = state.asked()?;
        }
        Some(used)
    }
}
