//! Where the parts of a lock stand in its text.
//!
//! Default values stand for a lock that never was a text; every lookup then gives the empty span.

use crate::Span;

/// Where the parts of a source stand.
#[derive(Clone, Debug, Default)]
pub(crate) struct SourceSpans {
    /// Its header.
    pub(crate) whole: Span,
    /// Its name.
    pub(crate) name: Span,
    /// Every key that is there, with its value's place.
    pub(crate) keys: Vec<(&'static str, Span)>,
}

impl SourceSpans {
    /// Returns where the value of `key` stands.
    pub(crate) fn key(&self, key: &str) -> Span {
        let found = self.keys.iter().find(|(name, _)| *name == key);
        found.map_or(self.whole, |(_, span)| *span)
    }

    /// Tells whether the text has `key`.
    pub(crate) fn has(&self, key: &str) -> bool {
        self.keys.iter().any(|(name, _)| *name == key)
    }
}

/// Where the parts of an image stand.
#[derive(Clone, Debug, Default)]
pub(crate) struct ImageSpans {
    /// Its reference.
    pub(crate) reference: Span,
    /// Its pin.
    pub(crate) pin: Span,
    /// The names of its sources.
    pub(crate) sources: Vec<Span>,
    /// Its platforms.
    pub(crate) platforms: Vec<PlatformSpans>,
    /// Its referrers.
    pub(crate) referrers: Vec<ManifestSpans>,
}

/// Where the parts of an image at a platform stand.
#[derive(Clone, Debug, Default)]
pub(crate) struct PlatformSpans {
    /// Its name.
    pub(crate) name: Span,
    /// Its content.
    pub(crate) content: ManifestSpans,
}

/// Where a manifest and what it names stand.
#[derive(Clone, Debug, Default)]
pub(crate) struct ManifestSpans {
    /// The digest of the manifest.
    pub(crate) manifest: Span,
    /// The indexes before it.
    pub(crate) via: Vec<Span>,
    /// Its config.
    pub(crate) config: Span,
    /// Its layers.
    pub(crate) layers: Vec<Span>,
}

/// Returns the span at `index`, or the empty one.
pub(crate) fn at(spans: &[Span], index: usize) -> Span {
    spans.get(index).copied().unwrap_or_default()
}
