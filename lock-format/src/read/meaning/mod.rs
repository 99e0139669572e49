//! From tables as written to values that mean something.

mod content;
mod image;
mod source;

use super::marked::Marked;
use crate::error::Fault;
use crate::{Digest, MediaType, Platform, Problem, Reference};

/// Reads a digest.
fn digest(text: &Marked<String>) -> Result<Digest, Fault> {
    text.value
        .parse()
        .map_err(|error| Fault::new(Problem::Digest(error), text.span))
}

/// Reads a media type.
fn media_type(text: &Marked<String>) -> Result<MediaType, Fault> {
    text.value
        .parse()
        .map_err(|error| Fault::new(Problem::MediaType(error), text.span))
}

/// Reads a platform that must be in its normal form.
fn platform(text: &Marked<String>) -> Result<Platform, Fault> {
    let platform: Platform = text
        .value
        .parse()
        .map_err(|error| Fault::new(Problem::Platform(error), text.span))?;
    as_written(text, platform.to_string())?;
    Ok(platform)
}

/// Reads a reference that must be canonical.
fn reference(text: &Marked<String>) -> Result<Reference, Fault> {
    let reference = Reference::parse(&text.value)
        .map_err(|error| Fault::new(Problem::Reference(error), text.span))?;
    as_written(text, reference.to_string())?;
    Ok(reference)
}

fn as_written(text: &Marked<String>, wanted: String) -> Result<(), Fault> {
    if text.value == wanted {
        return Ok(());
    }
    let found = text.value.clone();
    Err(Fault::new(Problem::NotNormal { found, wanted }, text.span))
}
