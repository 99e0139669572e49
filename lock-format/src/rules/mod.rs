//! The rules that every lock keeps (`SPEC.md` section 5), whether it was read or made.
//!
//! Values are checked as they are, in any order; spans say where they stand in the text they came
//! from, if there was one.

mod content;
mod digests;
mod image;
mod source;
mod text;

use std::collections::BTreeSet;

use crate::error::Fault;
use crate::limits::ENTRIES;
use crate::spans::{ImageSpans, SourceSpans};
use crate::{Image, Problem, Source, Span};

/// Checks every rule over a whole lock.
pub(crate) fn check(
    sources: &[(Source, SourceSpans)],
    images: &[(Image, ImageSpans)],
) -> Result<(), Fault> {
    check_count(
        "sources",
        "the lock",
        sources.len(),
        ENTRIES,
        Span::default(),
    )?;
    check_count("images", "the lock", images.len(), ENTRIES, Span::default())?;
    let mut names = BTreeSet::new();
    for (source, spans) in sources {
        source::check(source, spans)?;
        once("source", &source.name, &mut names, spans.name)?;
    }
    let mut references = BTreeSet::new();
    for (image, spans) in images {
        image::check(image, spans, &names)?;
        let reference = image.reference.to_string();
        once("image", &reference, &mut references, spans.reference)?;
    }
    digests::check(images)
}

/// Fails when `name` was seen before.
fn once(
    what: &'static str,
    name: &str,
    seen: &mut BTreeSet<String>,
    span: Span,
) -> Result<(), Fault> {
    if seen.insert(name.to_owned()) {
        return Ok(());
    }
    let name = name.to_owned();
    Err(Fault::new(Problem::Duplicate { what, name }, span))
}

/// Fails when there is more of something than the limit allows.
fn check_count(
    what: &'static str,
    whose: &'static str,
    count: usize,
    most: usize,
    span: Span,
) -> Result<(), Fault> {
    if count <= most {
        return Ok(());
    }
    Err(Fault::new(Problem::TooMany { what, whose, most }, span))
}
