//! From a drift to a finding: words, place, text, fix, fingerprint.

use std::collections::BTreeMap;
use std::sync::Arc;

use lock_format::{Algorithm, Digest, Reference};

use super::message::{Told, told};
use super::places::Places;
use super::text::Text;
use super::{mark, rules};
use crate::diagnostic::{About, Code, Fact, Finding, Label, Level, Place, TextChange};
use crate::inputs::{Root, RootPath};
use crate::oci::digest_of;
use crate::ops::lock_file::LockFile;
use crate::plan::Drift;
use crate::run::limits::DOCKERFILE_BYTES;

/// Makes findings; texts are read only for those that are there.
pub(super) struct Findings<'a> {
    pub(super) root: &'a Root,
    pub(super) lock: &'a LockFile,
    pub(super) lock_name: &'a str,
    pub(super) fix: &'a str,
    pub(super) places: Places<'a>,
    /// Files that were looked into; none of those that cannot be read.
    pub(super) texts: BTreeMap<String, Option<Text>>,
}

impl Findings<'_> {
    /// Tells a drift.
    pub(super) fn drift(&mut self, drift: &Drift) -> Finding {
        let places = self.places.of(drift);
        self.finding(told(drift), Level::Error, places, self.fix.to_owned())
    }

    /// Tells that the text of the lock is another than the canonical one.
    pub(super) fn not_canonical(&mut self) -> Finding {
        let before = self.lock.text.replace("\r\n", "\n");
        let after = self.lock.lockfile.to_text();
        let place = self.places.of_difference(&before, &after);
        let told = Told {
            code: rules::NOT_CANONICAL,
            about: About::Sources,
            message: format!("{} is not in its canonical form", self.lock_name),
            label: "the first difference",
            facts: BTreeMap::new(),
        };
        let mut finding = self.finding(told, Level::Error, vec![place], self.fix.to_owned());
        finding.change = Some(TextChange {
            file: self.lock_name.to_owned(),
            before: before.into(),
            after: after.into(),
        });
        finding
    }

    /// Tells that a tag names something else than the lock.
    pub(super) fn moved(
        &mut self,
        reference: &Reference,
        locked: &Digest,
        found: &Digest,
        level: Level,
    ) -> Finding {
        let told = Told {
            code: rules::MOVED_TAG,
            about: About::Registry,
            message: format!("{reference} has moved: the lock has {locked}, the registry {found}"),
            label: "the tag has moved",
            facts: BTreeMap::from([
                ("reference", Fact::Text(reference.to_string())),
                ("locked", Fact::Text(locked.to_string())),
                ("found", Fact::Text(found.to_string())),
            ]),
        };
        self.upgrade(reference, told, level)
    }

    /// Tells that a registry has no such tag any more.
    pub(super) fn gone(&mut self, reference: &Reference, locked: &Digest, level: Level) -> Finding {
        let told = Told {
            code: rules::GONE_TAG,
            about: About::Registry,
            message: format!(
                "{reference} is gone: the lock has {locked}, the registry no such tag; name one that is there, or keep the lock"
            ),
            label: "the tag is gone",
            facts: BTreeMap::from([
                ("reference", Fact::Text(reference.to_string())),
                ("locked", Fact::Text(locked.to_string())),
            ]),
        };
        let places = self.places.of_image(reference);
        self.finding(told, level, places, self.fix.to_owned())
    }

    /// Tells that a registry does not say what a tag names.
    pub(super) fn unanswered(&mut self, reference: &Reference, level: Level) -> Finding {
        let told = Told {
            code: rules::UNANSWERED,
            about: About::Registry,
            message: format!("the registry does not say what {reference} names without sending it"),
            label: "not known whether it moved",
            facts: BTreeMap::from([("reference", Fact::Text(reference.to_string()))]),
        };
        self.upgrade(reference, told, level)
    }

    fn upgrade(&mut self, reference: &Reference, told: Told, level: Level) -> Finding {
        let fix = format!("{} --upgrade-image {reference}", self.fix);
        let places = self.places.of_image(reference);
        self.finding(told, level, places, fix)
    }

    fn finding(&mut self, told: Told, level: Level, places: Vec<Place>, fix: String) -> Finding {
        let mut places = places;
        let marked = places.first().and_then(|at| self.marked(at, told.label));
        let label = marked.map(|(place, label)| {
            if let Some(first) = places.first_mut() {
                *first = place;
            }
            label
        });
        Finding {
            fingerprint: fingerprint(told.code, &told.facts, places.first()),
            label,
            code: told.code,
            level,
            about: told.about,
            message: told.message,
            fix,
            facts: told.facts,
            places,
            change: None,
        }
    }

    /// Marks a place in its text, and counts what is marked; none where the text cannot be had.
    fn marked(&mut self, at: &Place, message: &str) -> Option<(Place, Label)> {
        if !self.texts.contains_key(&at.file) {
            let text = self.read(&at.file);
            self.texts.insert(at.file.clone(), text);
        }
        let text = self.texts.get(&at.file)?.as_ref()?;
        let span = mark::span_of(text, at)?;
        let label = Label {
            file: at.file.clone(),
            span,
            text: Arc::clone(text.whole()),
            message: message.to_owned(),
        };
        Some((text.place(&at.file, span), label))
    }

    fn read(&self, file: &str) -> Option<Text> {
        if file == self.lock_name {
            return Some(self.places.text().clone());
        }
        let path = RootPath::new(file).ok()?;
        let input = self.root.read(&path, DOCKERFILE_BYTES).ok()?;
        Some(Text::new(String::from_utf8_lossy(&input.bytes).into()))
    }
}

/// Names a finding by what it is about: neither by lines, which move, nor by the values found.
fn fingerprint(code: Code, facts: &BTreeMap<&'static str, Fact>, place: Option<&Place>) -> String {
    let mut parts = vec![code.as_str(), place.map_or("", |place| &place.file)];
    for name in ["reference", "platform", "source", "input"] {
        parts.push(match facts.get(name) {
            Some(Fact::Text(text)) => text,
            Some(Fact::List(_)) | None => "",
        });
    }
    digest_of(Algorithm::Sha256, parts.join("\0").as_bytes())
        .to_string()
        .trim_start_matches("sha256:")
        .to_owned()
}
