//! From text to a lock.

use toml::de::{DeTable, Error};

use super::parsed::Parsed;
use super::table::Table;
use super::version::{VERSION, check_version};
use super::wire::LockWire;
use crate::error::Fault;
use crate::limits::LOCK_BYTES;
use crate::{LockError, Problem, Span, rules};

/// Reads a lock from bytes.
pub(crate) fn parse_bytes(bytes: &[u8]) -> Result<Parsed, LockError> {
    check_length(bytes.len()).map_err(Fault::without_text)?;
    match std::str::from_utf8(bytes) {
        Ok(text) => parse(text),
        Err(error) => {
            let start = error.valid_up_to();
            let span = Span::new(start, start.saturating_add(1));
            Err(Fault::new(Problem::NotUtf8, span).within(bytes))
        }
    }
}

/// Reads a lock from text.
pub(crate) fn parse(text: &str) -> Result<Parsed, LockError> {
    check_length(text.len()).map_err(Fault::without_text)?;
    read(text).map_err(|fault| fault.within(text.as_bytes()))
}

fn check_length(length: usize) -> Result<(), Fault> {
    if length <= LOCK_BYTES {
        return Ok(());
    }
    let problem = Problem::TooLong { most: LOCK_BYTES };
    Err(Fault::new(problem, Span::default()))
}

fn read(text: &str) -> Result<Parsed, Fault> {
    if text.starts_with('\u{feff}') {
        return Err(Fault::new(Problem::ByteOrderMark, Span::new(0, 3)));
    }
    check_conflict(text)?;
    check_version(text)?;
    let document = DeTable::parse(text).map_err(|error| syntax(&error))?;
    let span = Span::new(0, 0);
    let wire = LockWire::read(Table::new(&LockWire::SHAPE, document.get_ref(), span)?)?;
    if wire.version.value != VERSION {
        return Err(Fault::new(Problem::NoVersion, wire.version.span));
    }
    let sources = wire.source.into_iter().map(TryFrom::try_from);
    let sources = sources.collect::<Result<Vec<_>, Fault>>()?;
    let images = wire.image.into_iter().map(TryFrom::try_from);
    let images = images.collect::<Result<Vec<_>, Fault>>()?;
    rules::check(&sources, &images)?;
    Ok(Parsed::new(text, sources, images))
}

/// Finds what git leaves in a file whose merge was not resolved.
fn check_conflict(text: &str) -> Result<(), Fault> {
    let mut start: usize = 0;
    for line in text.split_inclusive('\n') {
        let marks = ["<<<<<<<", "=======", ">>>>>>>"];
        if marks.iter().any(|mark| line.starts_with(mark)) {
            let span = Span::new(start, start.saturating_add(line.trim_end().len()));
            return Err(Fault::new(Problem::ConflictMarkers, span));
        }
        start = start.saturating_add(line.len());
    }
    Ok(())
}

fn syntax(error: &Error) -> Fault {
    let span = error.span().map(Span::from).unwrap_or_default();
    Fault::new(Problem::Syntax(error.message().to_owned()), span)
}
