//! From text to a lock.

use toml::de::{DeTable, Error};

use super::parsed::Parsed;
use super::pieces::{Piece, pieces};
use super::table::Table;
use super::version::check_version;
use super::wire::LockWire;
use crate::error::Fault;
use crate::limits::LOCK_BYTES;
use crate::spans::{ImageSpans, SourceSpans};
use crate::{Image, LockError, Problem, Source, Span, rules};

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
    let mut lock = Reading::default();
    for piece in pieces(text)? {
        lock.take(piece)?;
    }
    rules::check(&lock.sources, &lock.images)?;
    Ok(Parsed::new(text, lock.sources, lock.images))
}

/// What has been read so far.
#[derive(Default)]
struct Reading {
    sources: Vec<(Source, SourceSpans)>,
    images: Vec<(Image, ImageSpans)>,
    /// Keys that have a value before any header.
    head: Vec<&'static str>,
}

impl Reading {
    fn take(&mut self, piece: Piece<'_>) -> Result<(), Fault> {
        let Piece { start, text } = piece;
        let document = DeTable::parse(text).map_err(|error| syntax(&error, start))?;
        let span = Span::new(start, start);
        let table = Table::new(&LockWire::SHAPE, document.get_ref(), span, start)?;
        self.check_once(table, start)?;
        let wire = LockWire::read(table)?;
        for source in wire.source {
            self.sources.push(source.try_into()?);
        }
        for image in wire.image {
            self.images.push(image.try_into()?);
        }
        Ok(())
    }

    /// A key that has its value before any header is given no other.
    fn check_once(&mut self, table: Table<'_>, start: usize) -> Result<(), Fault> {
        for key in LockWire::SHAPE.keys {
            let Some(value) = table.get(key) else {
                continue;
            };
            if start == 0 {
                self.head.push(key);
            } else if self.head.contains(key) {
                let (what, name) = ("key", (*key).to_owned());
                return Err(Fault::new(Problem::Duplicate { what, name }, value.span()));
            }
        }
        Ok(())
    }
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

fn syntax(error: &Error, start: usize) -> Fault {
    let span = error
        .span()
        .map(Span::from)
        .unwrap_or_default()
        .moved(start);
    Fault::new(Problem::Syntax(error.message().to_owned()), span)
}
