//! Rules of single values: words, paths, platforms, references, sizes.

use crate::error::Fault;
use crate::limits::{REFERENCE_BYTES, TEXT_BYTES};
use crate::{DigestError, Platform, Problem, Reference, Span};

/// Any text of bounded length.
pub(super) fn check_text(key: &'static str, text: &str, span: Span) -> Result<(), Fault> {
    let wanted = "a text of at most 65536 bytes";
    hold(text.len() <= TEXT_BYTES, key, wanted, span)
}

/// A text that is not empty and fits a line.
pub(super) fn check_word(key: &'static str, text: &str, span: Span) -> Result<(), Fault> {
    check_text(key, text, span)?;
    let fits = !text.is_empty() && !text.chars().any(char::is_control);
    let wanted = "a text that is not empty and has no control characters";
    hold(fits, key, wanted, span)
}

/// A relative path with `/`, none of its parts empty or `.`.
pub(super) fn check_path(key: &'static str, text: &str, span: Span) -> Result<(), Fault> {
    check_word(key, text, span)?;
    let fits = text.split('/').all(|part| !matches!(part, "" | "."));
    let wanted = "a relative path whose parts are neither empty nor `.`";
    hold(fits, key, wanted, span)
}

fn hold(fits: bool, key: &'static str, wanted: &'static str, span: Span) -> Result<(), Fault> {
    if fits {
        return Ok(());
    }
    Err(Fault::new(Problem::BadText { key, wanted }, span))
}

/// A platform whose text is read back as the same platform.
pub(super) fn check_platform(platform: &Platform, span: Span) -> Result<(), Fault> {
    let text = platform.to_string();
    let again: Platform = text
        .parse()
        .map_err(|error| Fault::new(Problem::Platform(error), span))?;
    if again == *platform {
        return Ok(());
    }
    let wanted = again.to_string();
    Err(Fault::new(
        Problem::NotNormal {
            found: text,
            wanted,
        },
        span,
    ))
}

/// A reference that a store can serve.
pub(super) fn check_reference(reference: &Reference, span: Span) -> Result<(), Fault> {
    let text = reference.to_string();
    let wanted = "a reference of at most 512 bytes";
    hold(text.len() <= REFERENCE_BYTES, "reference", wanted, span)?;
    if reference.repository().registry().starts_with('[') {
        return Err(Fault::new(Problem::Ipv6Registry(text), span));
    }
    if let Some(algorithm) = reference.foreign_algorithm() {
        let error = DigestError::UnknownAlgorithm(algorithm.to_owned());
        return Err(Fault::new(Problem::Digest(error), span));
    }
    Ok(())
}

/// A size of at most `most` bytes.
pub(super) fn check_size(
    what: &'static str,
    size: u64,
    most: u64,
    span: Span,
) -> Result<(), Fault> {
    if size <= most {
        return Ok(());
    }
    Err(Fault::new(Problem::Oversized { what, most }, span))
}
