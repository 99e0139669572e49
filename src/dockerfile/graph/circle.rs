//! Stages that need themselves.

use crate::dockerfile::file::Place;

use super::state::States;

/// A circle: the stage that the search began at, and the first instruction on the way round.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Circle {
    pub(super) stage: usize,
    pub(super) place: Place,
}

/// A state on the path of the search.
struct Step {
    state: usize,
    /// The needs that are still to be followed, last first.
    open: Vec<(usize, Place)>,
}

/// Searches for a state that is needed by itself by way of COPY and mounts. What a stage stands on
/// does not count: it comes earlier.
pub(super) fn find(states: &States) -> Option<Circle> {
    let mut visited = vec![false; states.len()];
    let mut on_path = vec![false; states.len()];
    for (start, _) in states.iter() {
        let mut path: Vec<Step> = Vec::new();
        let mut first = None;
        enter(states, start, &mut visited, &mut on_path, &mut path);
        while let Some(step) = path.last_mut() {
            let Some((next, place)) = step.open.pop() else {
                set(&mut on_path, step.state, false);
                path.pop();
                continue;
            };
            if path.len() == 1 {
                first = Some(place);
            }
            if on_path.get(next) == Some(&true) {
                let place = first.unwrap_or(place);
                return Some(Circle {
                    stage: start,
                    place,
                });
            }
            enter(states, next, &mut visited, &mut on_path, &mut path);
        }
    }
    None
}

fn enter(
    states: &States,
    state: usize,
    visited: &mut [bool],
    on_path: &mut [bool],
    path: &mut Vec<Step>,
) {
    if visited.get(state) != Some(&false) {
        return;
    }
    set(visited, state, true);
    set(on_path, state, true);
    let needs = states.get(state).map(|state| &state.needs);
    let open = needs.into_iter().flatten().rev();
    path.push(Step {
        state,
        open: open.map(|(next, place)| (*next, *place)).collect(),
    });
}

fn set(marks: &mut [bool], index: usize, to: bool) {
    if let Some(mark) = marks.get_mut(index) {
        *mark = to;
    }
}
