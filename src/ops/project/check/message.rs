//! What is said of each way in which a lock can drift, and the facts it is made of.

use std::collections::BTreeMap;

use lock_format::Platform;

use super::rules;
use crate::diagnostic::{About, Code, Fact, sanitize};
use crate::plan::Drift;

/// Longest value that is shown, in characters.
const SHOWN: usize = 300;

/// A drift in words.
pub(super) struct Told {
    pub(super) code: Code,
    pub(super) about: About,
    pub(super) message: String,
    /// A few words under the caret.
    pub(super) label: &'static str,
    pub(super) facts: BTreeMap<&'static str, Fact>,
}

/// Puts a drift into words.
pub(super) fn told(drift: &Drift) -> Told {
    let facts = facts(drift);
    let said = |name: &str| facts.get(name).map(joined).unwrap_or_default();
    let (reference, source, input) = (said("reference"), said("source"), said("input"));
    let (locked, found) = (said("locked"), said("found"));
    let (code, label, message) = match drift {
        Drift::MissingSource { .. } => (
            rules::MISSING_SOURCE,
            "not in the lock",
            format!("the lock does not have the source {source}"),
        ),
        Drift::UnusedSource { .. } => (
            rules::UNUSED_SOURCE,
            "not asked for",
            format!("the lock has the source {source}, which is not asked for any more"),
        ),
        Drift::ChangedInput {
            locked: before,
            found: after,
            ..
        } => (
            rules::CHANGED_INPUT,
            "locked with another value",
            match (before, after) {
                (Some(_), Some(_)) => {
                    format!("{source} was locked with {input} = `{locked}`, today it is `{found}`")
                }
                (None, _) => {
                    format!("{source} was locked without {input}, today it is `{found}`")
                }
                (Some(_), None) if input.contains('.') => format!(
                    "{source} was locked with {input} = `{locked}`, which decides nothing today"
                ),
                (Some(_), None) => format!(
                    "{source} was locked with {input} = `{locked}`, which is not asked for today"
                ),
            },
        ),
        Drift::MissingImage { .. } => (
            rules::MISSING_IMAGE,
            "not in the lock",
            format!("{reference} is needed for {found} and is not in the lock"),
        ),
        Drift::UnusedImage { .. } => (
            rules::UNUSED_IMAGE,
            "nothing needs it",
            format!("{reference} is in the lock and nothing needs it any more"),
        ),
        Drift::MissingPlatform { .. } => (
            rules::MISSING_PLATFORM,
            "needed at another platform too",
            format!("{reference} is needed for {found}, the lock has it for {locked} only"),
        ),
        Drift::SuperfluousPlatform { .. } => (
            rules::SUPERFLUOUS_PLATFORM,
            "not needed here",
            format!("{reference} is locked for {locked}, it is needed for {found} only"),
        ),
        Drift::OtherSources { .. } => (
            rules::OTHER_SOURCES,
            "the lock names other sources",
            format!("{reference} is needed by {found}, the lock says {locked}"),
        ),
        Drift::Pending { .. } => (
            rules::PENDING,
            "still pending",
            format!("{reference} is still pending: nobody has resolved it yet"),
        ),
    };
    Told {
        code,
        about: About::Sources,
        message,
        label,
        facts,
    }
}

/// The parts of a drift by name: what it is about, what the lock says, what is found.
fn facts(drift: &Drift) -> BTreeMap<&'static str, Fact> {
    let text = |value: &dyn ToString| Fact::Text(sanitize(&value.to_string(), SHOWN));
    let platforms = |list: &[Platform]| Fact::List(list.iter().map(ToString::to_string).collect());
    let names =
        |list: &[String]| Fact::List(list.iter().map(|name| sanitize(name, SHOWN)).collect());
    match drift {
        Drift::MissingSource { name } | Drift::UnusedSource { name } => {
            BTreeMap::from([("source", text(name))])
        }
        Drift::ChangedInput {
            source,
            input,
            locked,
            found,
        } => {
            let sides = [("locked", locked), ("found", found)];
            let sides = sides
                .into_iter()
                .filter_map(|(name, side)| Some((name, text(side.as_ref()?))));
            let known = [("source", text(source)), ("input", text(input))];
            sides.chain(known).collect()
        }
        Drift::MissingImage {
            reference,
            platforms: found,
            sources,
        } => BTreeMap::from([
            ("reference", text(reference)),
            ("found", platforms(found)),
            ("sources", names(sources)),
        ]),
        Drift::UnusedImage { reference, sources } | Drift::Pending { reference, sources } => {
            BTreeMap::from([("reference", text(reference)), ("sources", names(sources))])
        }
        Drift::MissingPlatform {
            reference,
            platform,
            locked,
            sources,
        } => BTreeMap::from([
            ("reference", text(reference)),
            ("platform", text(platform)),
            ("found", text(platform)),
            ("locked", platforms(locked)),
            ("sources", names(sources)),
        ]),
        Drift::SuperfluousPlatform {
            reference,
            platform,
            needed,
        } => BTreeMap::from([
            ("reference", text(reference)),
            ("platform", text(platform)),
            ("locked", text(platform)),
            ("found", platforms(needed)),
        ]),
        Drift::OtherSources {
            reference,
            locked,
            found,
        } => BTreeMap::from([
            ("reference", text(reference)),
            ("locked", names(locked)),
            ("found", names(found)),
        ]),
    }
}

fn joined(fact: &Fact) -> String {
    match fact {
        Fact::Text(text) => text.clone(),
        Fact::List(list) => list.join(", "),
    }
}
