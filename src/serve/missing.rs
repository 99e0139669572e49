//! What is not served, and why: the text that people find when a pull fails.

use lock_format::{Digest, Reference, Repository};
use serde_json::{Value, json};

use super::endpoint::Asked;
use super::names::Place;
use super::problem::Problem;
use super::response::Response;
use crate::diagnostic::sanitize;
use crate::oci::{Explanation, StoreView, Wanted};

/// Longest name in a message, in characters.
const LONGEST: usize = 600;

/// Something that was asked for and is not served.
#[derive(Clone, Debug)]
pub(super) struct Missing {
    problem: Problem,
    /// None: the repository itself.
    asked: Option<Asked>,
    /// Repositories of the same path on other hosts, where a repository was asked for.
    others: Vec<String>,
}

impl Missing {
    /// A manifest or index.
    pub(super) fn manifest(asked: Asked) -> Self {
        Self {
            problem: Problem::ManifestUnknown,
            asked: Some(asked),
            others: Vec::new(),
        }
    }

    /// A blob.
    pub(super) fn blob(digest: Digest) -> Self {
        Self {
            problem: Problem::BlobUnknown,
            asked: Some(Asked::Digest(digest)),
            others: Vec::new(),
        }
    }

    /// A repository of which nothing is named, while `others` of the same path are.
    pub(super) fn repository(others: Vec<String>) -> Self {
        Self {
            problem: Problem::NameUnknown,
            asked: None,
            others,
        }
    }

    /// Answers with what was looked for and what would bring it.
    pub(super) fn answer(&self, view: &dyn StoreView, place: &Place) -> Response {
        let wanted = self.show(place);
        let explanation = match (Repository::new(&place.host, &place.path), &self.asked) {
            (Ok(repository), Some(asked)) => view.explain(&match asked {
                Asked::Tag(tag) => Wanted::Tag(&repository, tag),
                Asked::Digest(digest) => Wanted::Digest(&repository, digest),
            }),
            // A name outside the grammar is in no lock.
            _ => Explanation::Unknown,
        };
        let told = match self.others.as_slice() {
            [] => tell(&wanted, &explanation),
            others => elsewhere(&wanted, others.to_vec()),
        };
        self.explained(wanted, told)
    }

    /// Answers that the content is there and damaged.
    pub(super) fn damaged(&self, place: &Place, trouble: String) -> Response {
        let wanted = self.show(place);
        let message = format!("{wanted} is damaged in this store; {HEAL}");
        let detail = json!({"looked_for": wanted, "why": "damaged"});
        let mut response = self.problem.answer(&message, detail);
        response.about.name = Some(wanted);
        response.about.trouble = Some(trouble);
        response
    }

    /// Writes the full name of what was asked for, fit for a terminal.
    fn show(&self, place: &Place) -> String {
        let text = match &self.asked {
            Some(Asked::Tag(tag)) => format!("{place}:{tag}"),
            Some(Asked::Digest(digest)) => format!("{place}@{digest}"),
            None => place.to_string(),
        };
        sanitize(&text, LONGEST)
    }

    fn explained(&self, wanted: String, (why, message, held): Told) -> Response {
        let mut detail = json!({"looked_for": wanted, "why": why});
        if let (Some(map), false) = (detail.as_object_mut(), held.is_empty()) {
            map.insert("held_as".to_owned(), Value::from(held));
        }
        let mut response = self.problem.answer(&message, detail);
        response.about.name = Some(wanted);
        response
    }
}

const HEAL: &str = "`airlock diff` asks for it again, and the next `airlock apply` heals it";

/// Why it is not there: for programs, for people, and the names under which it is.
type Told = (&'static str, String, Vec<String>);

fn elsewhere(wanted: &str, held: Vec<String>) -> Told {
    let list = held.join(", ");
    let message = format!("{wanted} is not held here; held as {list}");
    ("held-under-another-name", message, held)
}

fn tell(wanted: &str, explanation: &Explanation) -> Told {
    match explanation {
        Explanation::Unknown => (
            "unknown",
            format!(
                "{wanted} is not held here: no applied lock names it; \
                 add it with `airlock lock`, then `airlock diff`"
            ),
            Vec::new(),
        ),
        Explanation::HeldAs(references) => elsewhere(
            wanted,
            references.iter().map(Reference::to_string).collect(),
        ),
        Explanation::Pending(reference) => (
            "pending",
            format!(
                "{wanted} is not held here yet: the lock names {reference}, still pending; \
                 `airlock lock` pins it where a registry can be asked, and the bundle after brings it"
            ),
            Vec::new(),
        ),
        Explanation::Damaged(reference) => (
            "damaged",
            format!("{wanted} belongs to {reference} and is damaged or missing here; {HEAL}"),
            Vec::new(),
        ),
        Explanation::Held(reference) => (
            "held-unpublished",
            format!(
                "{wanted} is held for {reference} and not published: \
                 `airlock apply --update-lock` pins and publishes it, \
                 or `airlock apply --lockfile` with a lock that pins it"
            ),
            Vec::new(),
        ),
    }
}
