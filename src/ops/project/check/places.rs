//! Where a drift shows: in the file that names an image, else in the lock.

use std::collections::{BTreeMap, BTreeSet};

use lock_format::{Lockfile, Platform, Reference, Source, SourceKind, Span};

use super::text::Text;
use crate::diagnostic::Place;
use crate::ops::lock_file::LockFile;
use crate::plan::{Drift, Need, SourceNeeds};

/// Where the sources name images, and where the lock has them.
pub(super) struct Places<'a> {
    lock: &'a LockFile,
    lock_name: &'a str,
    text: Text,
    /// Where each source begins: its first file, else the first place that names an image for it.
    begins: BTreeMap<String, Place>,
    uses: BTreeMap<Reference, Vec<Use>>,
}

/// One place that names an image.
struct Use {
    source: String,
    platform: Platform,
    at: Place,
}

impl<'a> Places<'a> {
    pub(super) fn new(lock: &'a LockFile, lock_name: &'a str) -> Self {
        Self {
            lock,
            lock_name,
            text: Text::new(lock.text.as_str().into()),
            begins: BTreeMap::new(),
            uses: BTreeMap::new(),
        }
    }

    /// Adds the places of a source.
    pub(super) fn add(&mut self, needs: &SourceNeeds, places: Vec<(Need, Place)>) {
        let name = &needs.source.name;
        let file = file_of(&needs.source).map(|file| Place::of_line(file, 1));
        if let Some(begin) = file.or_else(|| Some(places.first()?.1.clone())) {
            self.begins.insert(name.clone(), begin);
        }
        for (need, at) in places {
            self.uses.entry(need.reference).or_default().push(Use {
                source: name.clone(),
                platform: need.platform,
                at,
            });
        }
    }

    /// Returns the text of the lock.
    pub(super) fn text(&self) -> &Text {
        &self.text
    }

    /// Lists the places of a drift, the most telling first; never none.
    pub(super) fn of(&self, drift: &Drift) -> Vec<Place> {
        let found = match drift {
            Drift::MissingSource { name } => self.begins.get(name).cloned().into_iter().collect(),
            Drift::UnusedSource { name } | Drift::ChangedInput { source: name, .. } => {
                self.in_lock(self.source(name))
            }
            Drift::MissingImage { reference, .. } => self.uses(reference, |_| true),
            Drift::MissingPlatform {
                reference,
                platform,
                ..
            } => self.uses(reference, |used| used.platform == *platform),
            Drift::UnusedImage { reference, .. } => self.in_lock(self.image(reference)),
            Drift::SuperfluousPlatform {
                reference,
                platform,
                ..
            } => {
                let mut found = self.in_lock(self.platform(reference, platform));
                found.extend(self.uses(reference, |_| true));
                found
            }
            Drift::OtherSources {
                reference, locked, ..
            } => {
                let mut found = self.uses(reference, |used| !locked.contains(&used.source));
                found.extend(self.in_lock(self.image(reference)));
                found
            }
            Drift::Pending { reference, .. } => self.of_image(reference),
        };
        if found.is_empty() {
            self.whole_lock()
        } else {
            found
        }
    }

    /// Lists the places of an image that is locked: what names it, then the lock.
    pub(super) fn of_image(&self, reference: &Reference) -> Vec<Place> {
        let mut found = self.uses(reference, |_| true);
        found.extend(self.in_lock(self.image(reference)));
        found
    }

    /// The place of the first difference between two texts of the lock.
    pub(super) fn of_difference(&self, before: &str, after: &str) -> Place {
        let same = before.lines().zip(after.lines());
        let same = same.take_while(|(a, b)| a == b).count();
        let last = before.lines().count().max(1);
        Place::of_line(self.lock_name, same.saturating_add(1).min(last))
    }

    fn whole_lock(&self) -> Vec<Place> {
        vec![Place::of_line(self.lock_name, 1)]
    }

    /// The places of uses, each once, in the order in which they were found.
    fn uses(&self, reference: &Reference, wanted: impl Fn(&Use) -> bool) -> Vec<Place> {
        let uses = self.uses.get(reference).into_iter().flatten();
        let mut seen = BTreeSet::new();
        uses.filter(|used| wanted(used) && seen.insert(&used.at))
            .map(|used| used.at.clone())
            .collect()
    }

    fn in_lock(&self, span: Option<Span>) -> Vec<Place> {
        let place = span.map(|span| self.text.place(self.lock_name, span));
        place.into_iter().collect()
    }

    fn lockfile(&self) -> &Lockfile {
        &self.lock.lockfile
    }

    fn source(&self, name: &str) -> Option<Span> {
        let mut sources = self.lockfile().sources().iter();
        let at = sources.position(|source| source.name == name)?;
        self.lock.sources.get(at).copied()
    }

    fn image_index(&self, reference: &Reference) -> Option<usize> {
        let mut images = self.lockfile().images().iter();
        images.position(|image| image.reference == *reference)
    }

    fn image(&self, reference: &Reference) -> Option<Span> {
        let at = self.image_index(reference)?;
        Some(self.lock.images.get(at)?.reference)
    }

    fn platform(&self, reference: &Reference, platform: &Platform) -> Option<Span> {
        let at = self.image_index(reference)?;
        let mut platforms = self.lockfile().images().get(at)?.platforms.iter();
        let position = platforms.position(|locked| locked.name == *platform)?;
        self.lock.images.get(at)?.platforms.get(position).copied()
    }
}

fn file_of(source: &Source) -> Option<&str> {
    match &source.kind {
        SourceKind::Dockerfile { path } => Some(path),
        SourceKind::Compose { files } => files.first().map(String::as_str),
        SourceKind::Images => None,
    }
}
