//! A lockfile: sources that ask for images, and images with their closure.

use crate::read::{Parsed, parse, parse_bytes};
use crate::spans::{ImageSpans, SourceSpans};
use crate::{Image, LockError, Reference, Source, rules, write};

/// A lockfile: what a project's sources need, pinned.
///
/// Always in canonical order, with every rule of `SPEC.md` kept: unique names and references,
/// sources that exist, one size for one digest, limits.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lockfile {
    sources: Vec<Source>,
    images: Vec<Image>,
}

impl Lockfile {
    /// Makes a lock: brings everything into canonical order and checks every rule.
    ///
    /// # Errors
    /// The first rule of `SPEC.md` section 5 that the values break; without a place, as there is
    /// no text.
    pub fn new(sources: Vec<Source>, images: Vec<Image>) -> Result<Self, LockError> {
        let sources: Vec<_> = sources
            .into_iter()
            .map(|source| (source, SourceSpans::default()))
            .collect();
        let images: Vec<_> = images
            .into_iter()
            .map(|image| (image, ImageSpans::default()))
            .collect();
        rules::check(&sources, &images).map_err(crate::error::Fault::without_text)?;
        let sources = sources.into_iter().map(|(source, _)| source).collect();
        let images = images.into_iter().map(|(image, _)| image).collect();
        Ok(Self::sorted(sources, images))
    }

    /// Brings values that keep the rules into canonical order.
    pub(crate) fn sorted(mut sources: Vec<Source>, mut images: Vec<Image>) -> Self {
        sources.iter_mut().for_each(sort_source);
        sources.sort_by(|a, b| a.name.cmp(&b.name));
        images.iter_mut().for_each(sort_image);
        images.sort_by_cached_key(|image| image.reference.to_string());
        Self { sources, images }
    }

    /// Reads a lock.
    ///
    /// # Errors
    /// The lock is newer than known, or broken ([`LockError::is_newer`]), with the place.
    pub fn parse(text: &str) -> Result<Parsed, LockError> {
        parse(text)
    }

    /// Reads a lock from bytes that may not be UTF-8.
    ///
    /// # Errors
    /// As [`parse`](Self::parse).
    pub fn parse_bytes(bytes: &[u8]) -> Result<Parsed, LockError> {
        parse_bytes(bytes)
    }

    /// Writes the canonical text (`SPEC.md` section 4).
    pub fn to_text(&self) -> String {
        write::lockfile(self)
    }

    /// Returns the sources, sorted by name.
    pub fn sources(&self) -> &[Source] {
        &self.sources
    }

    /// Returns the images, sorted by the text of their references.
    pub fn images(&self) -> &[Image] {
        &self.images
    }

    /// Finds the image of a reference.
    pub fn image(&self, reference: &Reference) -> Option<&Image> {
        self.images
            .iter()
            .find(|image| image.reference == *reference)
    }

    /// Finds a source by its name.
    pub fn source(&self, name: &str) -> Option<&Source> {
        self.sources.iter().find(|source| source.name == name)
    }

    /// Takes the lock apart, to change it and make it anew.
    pub fn into_parts(self) -> (Vec<Source>, Vec<Image>) {
        (self.sources, self.images)
    }
}

fn sort_source(source: &mut Source) {
    source.platforms.sort_by_cached_key(ToString::to_string);
    source.profiles.sort();
    source.services.sort();
}

fn sort_image(image: &mut Image) {
    image.sources.sort();
    image
        .platforms
        .sort_by_cached_key(|platform| platform.name.to_string());
    image
        .referrers
        .sort_by_key(|referrer| referrer.manifest.digest);
}
