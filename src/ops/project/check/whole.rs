//! The whole check.

use std::collections::BTreeMap;
use std::fmt;
use std::num::NonZeroUsize;

use super::found::Findings;
use super::places::Places;
use super::{drift, moved};
use crate::config::Inside;
use crate::diagnostic::{Failure, Finding, Level};
use crate::inputs::Root;
use crate::oci::Upstream;
use crate::ops::lock_file::LockFile;
use crate::ops::project::needs::Rules;
use crate::ops::project::{Asked, Extras};
use crate::run::Run;

/// How a lock is checked.
#[derive(Clone, Debug)]
pub struct CheckOptions<'a> {
    /// The lock as people know it: relative to the root where it lies in it.
    pub lock_name: &'a str,
    /// The command that makes the lock anew from the same sources.
    pub fix: &'a str,
    /// What is locked beside the images that run.
    pub extras: Extras,
    /// Registries that the inside has anyway: their images are not checked.
    pub inside: &'a Inside,
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
    /// Why a registry could not be asked, where that fails the check.
    pub failure: Option<Failure>,
    /// Whether every registry that was to be asked was.
    pub complete: bool,
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
    let rules = Rules {
        extras: options.extras,
        inside: options.inside,
    };
    let drift = drift::drift(asked, root, lock, rules, &mut places, run)?;
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
    let (mut failure, mut complete) = (None, true);
    if let Some(ask) = upstream {
        match moved::moved_tags(&mut findings, &lock.lockfile, ask, run) {
            Ok(answers) => {
                found.extend(answers.findings);
                (failure, complete) = (answers.failure, answers.complete);
            }
            Err(error) => (failure, complete) = (Some(error), false),
        }
    }
    Ok(Checked {
        findings: found,
        failure,
        complete,
    })
}
