//! What the sources need with the inputs that the lock records, compared with the lock.

use std::collections::BTreeSet;

use super::inputs;
use super::places::Places;
use super::recorded::sources_of;
use super::triggers::LockedTriggers;
use crate::diagnostic::Failure;
use crate::inputs::Root;
use crate::ops::lock_file::LockFile;
use crate::ops::project::Asked;
use crate::ops::project::lock::names;
use crate::ops::project::needs::{self, Read, Rules};
use crate::plan::{self, Drift, SourceNeeds};
use crate::run::Run;

/// Finds what the sources need with the recorded inputs, and compares.
pub(super) fn drift(
    asked: &[Asked],
    root: &Root,
    lock: &LockFile,
    rules: Rules<'_>,
    places: &mut Places<'_>,
    run: Run<'_>,
) -> Result<Vec<Drift>, Failure> {
    let recorded = sources_of(&lock.lockfile, asked, root);
    let mut read: Vec<Read> = Vec::new();
    let mut variables = Vec::new();
    for (asked, source) in asked.iter().zip(recorded) {
        read.push(needs::read(&inputs::with_recorded(asked, source), root)?);
        variables.extend(inputs::changed(asked, source));
    }
    let triggers = LockedTriggers::of(&lock.lockfile);
    let mut needed: Vec<SourceNeeds> = Vec::new();
    let mut warnings = Vec::new();
    for (name, read) in names(&read).iter().zip(&read) {
        run.cancel.check()?;
        let found = needs::needs(read, name, root, rules, &triggers)?;
        places.add(&found.needs, found.places);
        needed.push(found.needs);
        warnings.extend(found.warnings);
    }
    needs::tell(&warnings, &run);
    let mut drift = plan::drift(&lock.lockfile, &needed);
    variables.retain(|changed| !tells(&drift, changed));
    let images = drift.iter().position(|drift| !is_of_source(drift));
    let images = images.unwrap_or(drift.len());
    drift.splice(images..images, variables);
    Ok(without_echoes(drift))
}

/// Tells whether a changed input is told already: a variable that decides nothing any more.
fn tells(drift: &[Drift], changed: &Drift) -> bool {
    let key = |drift: &Drift| {
        if let Drift::ChangedInput { source, input, .. } = drift {
            Some((source.clone(), input.clone()))
        } else {
            None
        }
    };
    drift.iter().any(|told| key(told) == key(changed))
}

fn is_of_source(drift: &Drift) -> bool {
    matches!(
        drift,
        Drift::MissingSource { .. } | Drift::UnusedSource { .. } | Drift::ChangedInput { .. }
    )
}

/// Leaves out that an image is needed by a source that is new or gone as a whole: that is told once,
/// of the source.
fn without_echoes(mut drift: Vec<Drift>) -> Vec<Drift> {
    let mut whole: BTreeSet<String> = BTreeSet::new();
    for told in &drift {
        if let Drift::MissingSource { name } | Drift::UnusedSource { name } = told {
            whole.insert(name.clone());
        }
    }
    drift.retain(|told| {
        let Drift::OtherSources { locked, found, .. } = told else {
            return true;
        };
        let (locked, found): (BTreeSet<_>, BTreeSet<_>) =
            (locked.iter().collect(), found.iter().collect());
        let mut differing = locked.symmetric_difference(&found);
        !differing.all(|name| whole.contains(*name))
    });
    drift
}
