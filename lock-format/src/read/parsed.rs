//! A lock that was read, and what its text was like.

use crate::spans::{ImageSpans, SourceSpans};
use crate::{Image, Lockfile, Source, Span};

/// A lock that was read, and what its text was like.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parsed {
    /// The lock.
    pub lockfile: Lockfile,
    /// Lines end with CR LF somewhere: a comparison byte by byte would fail on it.
    pub crlf: bool,
    /// Apart from line ends, the text is the canonical one.
    pub canonical: bool,
    /// Where the name of each source stands, in the order of [`Lockfile::sources`].
    pub sources: Vec<Span>,
    /// Where each image stands, in the order of [`Lockfile::images`].
    pub images: Vec<ImagePlace>,
}

/// Where an image stands in the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImagePlace {
    /// Its reference.
    pub reference: Span,
    /// The names of its platforms, in canonical order.
    pub platforms: Vec<Span>,
}

impl Parsed {
    /// Brings lock and places into canonical order, and compares with the text.
    pub(super) fn new(
        text: &str,
        mut sources: Vec<(Source, SourceSpans)>,
        mut images: Vec<(Image, ImageSpans)>,
    ) -> Self {
        sources.sort_by(|(a, _), (b, _)| a.name.cmp(&b.name));
        images.sort_by_cached_key(|(image, _)| image.reference.to_string());
        let places = images.iter().map(|(image, spans)| place(image, spans));
        let images_at = places.collect();
        let sources_at = sources.iter().map(|(_, spans)| spans.name).collect();
        let lockfile = Lockfile::sorted(
            sources.into_iter().map(|(source, _)| source).collect(),
            images.into_iter().map(|(image, _)| image).collect(),
        );
        let crlf = text.contains("\r\n");
        let written = lockfile.to_text();
        let canonical = if crlf {
            text.replace("\r\n", "\n") == written
        } else {
            text == written
        };
        Self {
            lockfile,
            crlf,
            canonical,
            sources: sources_at,
            images: images_at,
        }
    }
}

fn place(image: &Image, spans: &ImageSpans) -> ImagePlace {
    let mut platforms: Vec<(String, Span)> = image
        .platforms
        .iter()
        .zip(&spans.platforms)
        .map(|(platform, spans)| (platform.name.to_string(), spans.name))
        .collect();
    platforms.sort();
    ImagePlace {
        reference: spans.reference,
        platforms: platforms.into_iter().map(|(_, span)| span).collect(),
    }
}
