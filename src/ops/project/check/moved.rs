//! Tags that name something else than they did, or nothing: the registries are asked, nothing is
//! fetched.

use lock_format::{Image, Lockfile, Reference};

use super::found::Findings;
use super::whole::AskUpstream;
use crate::diagnostic::{Class, Code, Diagnose, Failure, Finding, Level};
use crate::ops::pool;
use crate::run::{Event, Run, Warning};

/// What registries say of a tag that they do not have.
const NOT_THERE: Code = Code::new("registry/not-found");

/// What the registries said.
#[derive(Default)]
pub(super) struct Answers {
    /// Tags that name something else than the lock pins, nothing at all, or nobody says what.
    pub(super) findings: Vec<Finding>,
    /// Why the first registry could not be asked, where that fails the check.
    pub(super) failure: Option<Failure>,
    /// Whether each was asked.
    pub(super) complete: bool,
}

/// Asks what each tag of the lock names today. One that cannot be asked hides no other. Where nothing
/// may fail, it is told as a warning.
pub(super) fn moved_tags(
    findings: &mut Findings<'_>,
    lock: &Lockfile,
    ask: &AskUpstream<'_>,
    run: Run<'_>,
) -> Result<Answers, Failure> {
    let images = lock.images().iter();
    let tagged: Vec<&Image> = images.filter(|image| has_tag(image)).collect();
    run.events
        .event(Event::Step(&format!("asking for {} tags", tagged.len())));
    let said = pool::map(ask.jobs, run.cancel, &tagged, |image| {
        match ask.upstream.look_up(&image.reference) {
            Err(failure) if failure.facts().class() == Class::Cancelled => Err(failure),
            answer => Ok(answer),
        }
    })?;
    let mut found = Vec::new();
    let mut silent = Silent::default();
    for (image, answer) in tagged.into_iter().zip(said) {
        let (Some(pin), reference) = (&image.pin, &image.reference) else {
            continue;
        };
        let locked = &pin.digest;
        match answer {
            Ok(Some(today)) if today.digest == *locked => {}
            Ok(Some(today)) => {
                found.push(findings.moved(reference, locked, &today.digest, ask.level));
            }
            Ok(None) => found.push(findings.unanswered(reference, ask.level)),
            Err(failure) if failure.facts().code() == NOT_THERE => {
                found.push(findings.gone(reference, locked, ask.level));
            }
            Err(failure) => silent.add(reference, failure),
        }
    }
    Ok(Answers {
        findings: found,
        complete: silent.0.is_empty(),
        failure: silent.told(ask.level, run),
    })
}

/// A tag can move; a digest written beside it cannot, and it decides.
fn has_tag(image: &Image) -> bool {
    image.reference.digest().is_none() && !image.is_pending()
}

/// Registries that could not be asked, in the order of the lock. One that is down is so for all of its
/// tags: that is told once, with their number.
#[derive(Default)]
struct Silent(Vec<Group>);

struct Group {
    registry: String,
    failure: Failure,
    /// Further tags that it failed for in the same way.
    more: usize,
}

impl Silent {
    fn add(&mut self, reference: &Reference, failure: Failure) {
        let registry = reference.repository().registry();
        let code = failure.facts().code();
        let mut groups = self.0.iter_mut();
        let same = groups.find(|g| g.registry == registry && g.failure.facts().code() == code);
        match same {
            Some(group) => group.more = group.more.saturating_add(1),
            None => self.0.push(Group {
                registry: registry.to_owned(),
                failure,
                more: 0,
            }),
        }
    }

    /// Tells all as warnings; the first is returned where it fails the check.
    fn told(self, level: Level, run: Run<'_>) -> Option<Failure> {
        let mut failed = None;
        for group in self.0 {
            let facts = group.failure.facts();
            let fails = level == Level::Error && failed.is_none();
            if !fails {
                warn(facts, facts.to_string(), run);
            }
            if group.more > 0 {
                let (more, registry) = (group.more, &group.registry);
                let message = format!("{registry} could not be asked for {more} more of its tags");
                warn(facts, message, run);
            }
            if fails {
                failed = Some(group.failure);
            }
        }
        failed
    }
}

fn warn(facts: &dyn Diagnose, message: String, run: Run<'_>) {
    run.events.event(Event::Warning(&Warning {
        code: facts.code(),
        message,
        help: facts.help(),
        label: None,
    }));
}
