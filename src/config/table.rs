//! TOML as a flat table of known keys, with the place of each value.

use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use lock_format::Span;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::error::Place;
use super::{ConfigError, Origin, Setting};

/// How far a wrong key may be from a known one to be taken for a slip.
const NEAR: usize = 3;

/// A parsed file whose keys are all known.
pub(super) struct Table<'a> {
    file: PathBuf,
    text: Arc<str>,
    root: DeTable<'a>,
}

/// Names with their values, in order.
pub(super) type Pairs = Vec<(String, String)>;

impl<'a> Table<'a> {
    /// Parses a file that may hold the `known` keys and no others.
    pub(super) fn parse(
        path: &Path,
        text: &'a str,
        known: &'static [&'static str],
    ) -> Result<Self, ConfigError> {
        let mut table = Self {
            file: path.to_owned(),
            text: text.into(),
            root: DeTable::new(),
        };
        table.root = DeTable::parse(text)
            .map_err(|error| ConfigError::Syntax {
                place: table.place(error.span().unwrap_or(0..0)),
                reason: error.message().to_owned(),
            })?
            .into_inner();
        if let Some(key) = table
            .root
            .keys()
            .find(|key| !known.contains(&key.get_ref().as_ref()))
        {
            return Err(ConfigError::UnknownKey {
                place: table.place(key.span()),
                key: key.get_ref().to_string(),
                nearest: nearest(key.get_ref(), known),
                known,
            });
        }
        Ok(table)
    }

    fn place(&self, span: Range<usize>) -> Place {
        Place {
            file: self.file.clone(),
            text: Arc::clone(&self.text),
            span: Span::from(span),
        }
    }

    /// Reads a key with `read`, which returns none for a value of another type.
    fn get<T>(
        &self,
        key: &'static str,
        wanted: &'static str,
        read: impl FnOnce(&DeValue<'a>) -> Option<T>,
    ) -> Result<Option<Setting<T>>, ConfigError> {
        let Some(value) = self.root.get(key) else {
            return Ok(None);
        };
        match read(value.get_ref()) {
            Some(read) => Ok(Some(Setting {
                value: read,
                origin: Origin::File(self.file.clone()),
            })),
            None => Err(ConfigError::BadValue {
                place: self.place(value.span()),
                key,
                wanted,
            }),
        }
    }

    /// Reads a whole number from 1 to `largest`.
    pub(super) fn count(
        &self,
        key: &'static str,
        largest: usize,
    ) -> Result<Option<Setting<usize>>, ConfigError> {
        self.get(key, "a whole number, at least 1", |value| {
            let number = value.as_integer()?;
            let number = usize::from_str_radix(number.as_str(), number.radix()).ok()?;
            (1..=largest).contains(&number).then_some(number)
        })
    }

    /// Reads `true` or `false`.
    pub(super) fn flag(&self, key: &'static str) -> Result<Option<Setting<bool>>, ConfigError> {
        self.get(key, "true or false", DeValue::as_bool)
    }

    /// Reads a list of texts.
    pub(super) fn texts(
        &self,
        key: &'static str,
    ) -> Result<Option<Setting<Vec<String>>>, ConfigError> {
        self.get(key, "a list of texts", |value| {
            value.as_array()?.iter().map(text_of).collect()
        })
    }

    /// Reads a list of texts of the form `name=value`.
    pub(super) fn pairs(&self, key: &'static str) -> Result<Option<Setting<Pairs>>, ConfigError> {
        self.get(key, "a list of texts of the form name=value", |value| {
            let texts = value.as_array()?.iter().map(text_of);
            texts
                .map(|text| {
                    let text = text?;
                    let (name, value) = text.split_once('=')?;
                    Some((name.trim().to_owned(), value.trim().to_owned()))
                })
                .collect()
        })
    }
}

fn text_of(value: &Spanned<DeValue<'_>>) -> Option<String> {
    value.get_ref().as_str().map(str::to_owned)
}

fn nearest(key: &str, known: &'static [&'static str]) -> Option<&'static str> {
    known
        .iter()
        .map(|candidate| (strsim::osa_distance(key, candidate), *candidate))
        .min()
        .filter(|(distance, _)| *distance <= NEAR)
        .map(|(_, candidate)| candidate)
}
