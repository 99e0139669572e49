//! Variables of the environment: the lock's values decide, today's are compared with them.

use lock_format::Source;

use crate::ops::project::Asked;
use crate::plan::Drift;

/// Asks for a source with the variables that the lock records in place of today's.
pub(super) fn with_recorded(asked: &Asked, source: Option<&Source>) -> Asked {
    let mut asked = asked.clone();
    if let (Asked::Compose(project), Some(source)) = (&mut asked, source) {
        project.request.environment.extend(source.env.clone());
    }
    asked
}

/// Lists the recorded variables that are set to something else today. One that is not set today
/// counts as recorded.
pub(super) fn changed(asked: &Asked, source: Option<&Source>) -> Vec<Drift> {
    let (Asked::Compose(project), Some(source)) = (asked, source) else {
        return Vec::new();
    };
    let today = &project.request.environment;
    let differing = source
        .env
        .iter()
        .filter_map(|(name, locked)| Some((name, locked, today.get(name)?)))
        .filter(|(_, locked, found)| locked != found);
    differing
        .map(|(name, locked, found)| Drift::ChangedInput {
            source: source.name.clone(),
            input: format!("env.{name}"),
            locked: Some(locked.clone()),
            found: Some(found.clone()),
        })
        .collect()
}
