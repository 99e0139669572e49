//! A trip in its steps, each a command as people type it.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::call::Call;
use crate::outside::Outside;
use crate::places::{Place, carry};
use crate::side::Side;

/// A station and a site that know each other's keys, and the stick between them.
pub(crate) struct Trip<'a> {
    pub(crate) outside: &'a Outside,
    pub(crate) station: Place<'a>,
    pub(crate) site: Place<'a>,
}

impl<'a> Trip<'a> {
    /// Pairs a new station with a new site.
    pub(crate) fn new(inside: &'a Side) -> Self {
        let outside = Outside::shared();
        let trip = Self {
            outside,
            station: Place::station(outside),
            site: Place::site(inside),
        };
        let made = trip.site.airlock("keys new --stdout").run();
        let entered = trip.station.airlock("keys enter").input(made.done()).run();
        entered.done();
        assert_eq!(fingerprint(&made.error()), fingerprint(&entered.error()));
        trip
    }

    /// Locks outside, and brings the lock inside as a commit would.
    pub(crate) fn lock(&self, words: &str) {
        self.station
            .airlock(&format!("lock --insecure-registry reg.lan:5000 {words}"))
            .run()
            .done();
        carry(
            self.station.path("project/airlock.lock"),
            self.site.path("project/airlock.lock"),
        );
    }

    /// Writes a request inside and brings it outside.
    pub(crate) fn request(&self) {
        self.site
            .airlock("diff --allow-empty --force --request ../request.age")
            .run()
            .done();
        carry(
            self.site.path("request.age"),
            self.station.path("request.age"),
        );
    }

    /// Answers the request outside and brings the bundle inside. `words` are further flags.
    pub(crate) fn bundle(&self, words: &str) {
        self.bundling(words).run().done();
        self.bring_bundle();
    }

    /// Prepares the call that answers the request.
    pub(crate) fn bundling(&self, words: &str) -> Call {
        self.station.airlock(&format!(
            "bundle ../request.age --force -o ../bundle.age --insecure-registry reg.lan:5000{words}"
        ))
    }

    /// Brings the bundle inside.
    pub(crate) fn bring_bundle(&self) {
        carry(
            self.station.path("bundle.age"),
            self.site.path("bundle.age"),
        );
    }

    /// Applies the bundle inside.
    pub(crate) fn apply(&self) {
        self.site.airlock("apply ../bundle.age").run().done();
    }

    /// Request, bundle, apply.
    pub(crate) fn go(&self) {
        self.request();
        self.bundle("");
        self.apply();
    }

    /// Lists the blobs in the bundle, as `age` and `tar` find them and as `inspect` shows them.
    pub(crate) fn carried(&self) -> BTreeSet<String> {
        let found = self.opened("tar --extract --to-stdout transfer.json");
        let found: Value = serde_json::from_str(&found).unwrap();
        let shown = self.site.airlock("--json inspect ../bundle.age").run();
        assert_eq!(shown.json()["transfer"], found);
        let entries = found["entries"].as_array().unwrap();
        entries
            .iter()
            .filter(|entry| {
                !["oci-layout", "index.json"].contains(&entry["path"].as_str().unwrap())
            })
            .map(|entry| entry["digest"].as_str().unwrap().to_owned())
            .collect()
    }

    /// Pipes the opened bundle into a command, in the site's folder.
    pub(crate) fn opened(&self, command: &str) -> String {
        let identity = self.site.airlock("keys export --age").run().done();
        self.site.write("identity", &identity);
        let opened = "age --decrypt --identity identity bundle.age";
        let line = format!("{opened} | {command}");
        self.site.shell(&line).run().done()
    }
}

/// Finds the fingerprint in what `keys` printed for people: five groups of five characters.
fn fingerprint(text: &str) -> String {
    let group = |word: &str| word.len() == 5 && word.chars().all(|c| c.is_ascii_alphanumeric());
    text.split_whitespace()
        .find(|word| word.split('-').count() == 5 && word.split('-').all(group))
        .unwrap_or_else(|| panic!("no fingerprint in:\n{text}"))
        .to_owned()
}
