//! The whole check.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::num::NonZeroUsize;

use super::found::Findings;
use super::places::Places;
use super::recorded::sources_of;
use super::triggers::LockedTriggers;
use super::{inputs, moved};
use crate::diagnostic::{Failure, Finding, Level};
use crate::inputs::Root;
use crate::oci::Upstream;
use crate::ops::lock_file::LockFile;
use crate::ops::project::Asked;
use crate::ops::project::lock::names;
use crate::ops::project::needs::{self, Read};
use crate::plan::{self, Drift, SourceNeeds};
use crate::run::Run;

/// How a lock is checked.
#[derive(Clone, Debug)]
pub struct CheckOptions<'a> {
    /// The lock as people know it: relative to the root where it lies in it.
    pub lock_name: &'a str,
    /// The command that makes the lock anew from the same sources.
    pub fix: &'a str,
    /// Whether the image of `# syntax=` is locked too.
    pub syntax: bool,
}

/// Whom to ask for moved tags.
#[derive(Clone, Copy)]
pub struct AskUpstream<'a> {
    /// The registries; only what costs no transfer is asked of them.
    pub upstream: &'a dyn Upstream,
    /// How many are asked at the same time.
    pub jobs: NonZeroUsize,
    /// What a moved tag is. Where it is a warning, a registry that cannot be asked is one too.
    pub level: Level,
}

impl fmt::Debug for AskUpstream<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AskUpstream")
            .field("jobs", &self.jobs)
            .field("level", &self.level)
            .finish_non_exhaustive()
    }
}

/// What a check found.
#[derive(Debug)]
pub struct Checked {
    /// The findings: about the sources, by name; about images, by reference; about the text of the
    /// lock; moved tags, by reference.
    pub findings: Vec<Finding>,
    /// Why the registries could not be asked.
    pub failure: Option<Failure>,
}

/// Compares a lock with what its sources need. Writes nothing; asks nobody without `upstream`.
///
/// Fails where a source cannot be read.
pub fn check(
    asked: &[Asked],
    root: &Root,
    lock: &LockFile,
    options: &CheckOptions<'_>,
    upstream: Option<&AskUpstream<'_>>,
    run: Run<'_>,
) -> Result<Checked, Failure> {
    let mut places = Places::new(lock, options.lock_name);
    let drift = drift(asked, root, lock, options.syntax, &mut places, run)?;
    let mut findings = Findings {
        root,
        lock,
        lock_name: options.lock_name,
        fix: options.fix,
        places,
        texts: BTreeMap::new(),
    };
    let mut found: Vec<Finding> = drift.iter().map(|drift| findings.drift(drift)).collect();
    if !lock.canonical {
        found.push(findings.not_canonical());
    }
    let mut failure = None;
    if let Some(ask) = upstream {
        match moved::moved_tags(&mut findings, &lock.lockfile, ask, run) {
            Ok(moved) => found.extend(moved),
            Err(error) => failure = Some(error),
        }
    }
    Ok(Checked {
        findings: found,
        failure,
    })
}

/// Finds what the sources need with the recorded inputs, and compares.
fn drift(
    asked: &[Asked],
    root: &Root,
    lock: &LockFile,
    syntax: bool,
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
        let found = needs::needs(read, name, root, syntax, &triggers)?;
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
    let key = |drift: &Drift| match drift {
        Drift::ChangedInput { source, input, .. } => Some((source.clone(), input.clone())),
        _ => None,
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
fn without_echoes(drift: Vec<Drift>) -> Vec<Drift> {
    let names = drift.iter().filter_map(|drift| match drift {
        Drift::MissingSource { name } | Drift::UnusedSource { name } => Some(name.clone()),
        _ => None,
    });
    let whole: BTreeSet<String> = names.collect();
    let is_echo = |drift: &Drift| match drift {
        Drift::OtherSources { locked, found, .. } => {
            let (locked, found): (BTreeSet<_>, BTreeSet<_>) =
                (locked.iter().collect(), found.iter().collect());
            locked
                .symmetric_difference(&found)
                .all(|name| whole.contains(*name))
        }
        _ => false,
    };
    drift.into_iter().filter(|drift| !is_echo(drift)).collect()
}
