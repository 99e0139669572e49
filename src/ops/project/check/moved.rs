//! Tags that name something else than they did: the registries are asked, nothing is fetched.

use lock_format::{Image, Lockfile};

use super::found::Findings;
use super::whole::AskUpstream;
use crate::diagnostic::{Failure, Finding, Level};
use crate::ops::pool;
use crate::run::{Event, Run, Warning};

/// Asks what each tag of the lock names today. Where nothing may fail, a registry that cannot be
/// asked is told as a warning.
pub(super) fn moved_tags(
    findings: &mut Findings<'_>,
    lock: &Lockfile,
    ask: &AskUpstream<'_>,
    run: Run<'_>,
) -> Result<Vec<Finding>, Failure> {
    let tagged: Vec<&Image> = lock
        .images()
        .iter()
        .filter(|image| has_tag(image))
        .collect();
    run.events
        .event(Event::Step(&format!("asking for {} tags", tagged.len())));
    let answers = pool::map(ask.jobs, run.cancel, &tagged, |image| {
        match (ask.upstream.look_up(&image.reference), ask.level) {
            (Err(failure), Level::Warning) => Ok(Err(failure)),
            (answer, _) => Ok(Ok(answer?)),
        }
    })?;
    let mut found = Vec::new();
    for (image, answer) in tagged.into_iter().zip(answers) {
        let Some(pin) = &image.pin else { continue };
        match answer {
            Ok(Some(today)) if today.digest == pin.digest => {}
            Ok(Some(today)) => {
                let (locked, today) = (&pin.digest, &today.digest);
                found.push(findings.moved(&image.reference, locked, today, ask.level));
            }
            Ok(None) => found.push(findings.unanswered(&image.reference, ask.level)),
            Err(failure) => warn(&failure, run),
        }
    }
    Ok(found)
}

/// A tag can move; a digest written beside it cannot, and it decides.
fn has_tag(image: &Image) -> bool {
    image.reference.digest().is_none() && !image.is_pending()
}

fn warn(failure: &Failure, run: Run<'_>) {
    let facts = failure.facts();
    run.events.event(Event::Warning(&Warning {
        code: facts.code(),
        message: facts.to_string(),
        help: facts.help(),
        label: None,
    }));
}
