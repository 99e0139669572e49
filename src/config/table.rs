//! TOML as a flat table of known keys, with the place of each value.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use lock_format::Span;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::error::Place;
use super::{ConfigError, Origin, Placed, Setting};

/// How far a wrong key may be from a known one to be taken for a slip; at least half of it must be
/// right, so that a short key is not turned into another one.
const NEAR: usize = 3;

/// A parsed file whose keys are all known.
pub(super) struct Table<'a> {
    file: PathBuf,
    text: Arc<str>,
    root: DeTable<'a>,
    /// The whole of it.
    span: Range<usize>,
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
            span: 0..0,
        };
        table.root = DeTable::parse(text)
            .map_err(|error| ConfigError::Syntax {
                place: table.place(error.span().unwrap_or(0..0)),
                reason: error.message().to_owned(),
            })?
            .into_inner();
        table.checked(known)
    }

    /// Refuses a key that is not known.
    fn checked(self, known: &'static [&'static str]) -> Result<Self, ConfigError> {
        if let Some(key) = self
            .root
            .keys()
            .find(|key| !known.contains(&key.get_ref().as_ref()))
        {
            return Err(ConfigError::UnknownKey {
                place: self.place(key.span()),
                key: key.get_ref().to_string(),
                nearest: nearest(key.get_ref(), known),
                known,
            });
        }
        Ok(self)
    }

    /// Reads an array of tables that may hold the `known` keys and no others.
    pub(super) fn tables(
        &self,
        key: &'static str,
        known: &'static [&'static str],
    ) -> Result<Vec<Self>, ConfigError> {
        let found = self.get(key, "tables, each begun by its name in [[ ]]", |value| {
            let tables = value.as_array()?.iter().map(|item| {
                Some(Self {
                    file: self.file.clone(),
                    text: Arc::clone(&self.text),
                    root: item.get_ref().as_table()?.clone(),
                    span: item.span(),
                })
            });
            tables.collect::<Option<Vec<Self>>>()
        })?;
        let tables = found.map(|found| found.value).unwrap_or_default();
        tables
            .into_iter()
            .map(|table| table.checked(known))
            .collect()
    }

    /// Reads a list of values that `read` makes of texts; one that it makes nothing of is refused
    /// where it stands. None where the key is not there.
    pub(super) fn list<T>(
        &self,
        key: &'static str,
        wanted: &'static str,
        read: impl Fn(&str) -> Option<T>,
    ) -> Result<Option<Vec<Placed<T>>>, ConfigError> {
        let Some(value) = self.root.get(key) else {
            return Ok(None);
        };
        let bad = |place| ConfigError::BadValue { place, key, wanted };
        let list = value.get_ref().as_array();
        let list = list.ok_or_else(|| bad(self.place(value.span())))?;
        let one = |item: &Spanned<DeValue<'_>>| {
            let place = self.place(item.span());
            match item.get_ref().as_str().and_then(&read) {
                Some(value) => Ok(Placed { value, place }),
                None => Err(bad(place)),
            }
        };
        list.iter().map(one).collect::<Result<_, _>>().map(Some)
    }

    /// Reads a list as [`list`](Self::list) does, which is not empty.
    pub(super) fn some<T>(
        &self,
        key: &'static str,
        wanted: &'static str,
        read: impl Fn(&str) -> Option<T>,
    ) -> Result<Option<Vec<Placed<T>>>, ConfigError> {
        let found = self.list(key, wanted, read)?;
        match (&found, self.root.get(key)) {
            (Some(list), Some(value)) if list.is_empty() => Err(ConfigError::BadValue {
                place: self.place(value.span()),
                key,
                wanted,
            }),
            _ => Ok(found),
        }
    }

    /// Reads a value that `read` makes of a text.
    pub(super) fn text<T>(
        &self,
        key: &'static str,
        wanted: &'static str,
        read: impl Fn(&str) -> Option<T>,
    ) -> Result<Option<T>, ConfigError> {
        let found = self.get(key, wanted, |value| read(value.as_str()?))?;
        Ok(found.map(|found| found.value))
    }

    /// Reads a table of texts.
    pub(super) fn map(&self, key: &'static str) -> Result<BTreeMap<String, String>, ConfigError> {
        let found = self.get(key, "a table of texts", |value| {
            let pairs = value.as_table()?.iter();
            let pairs =
                pairs.map(|(name, value)| Some((name.get_ref().to_string(), text_of(value)?)));
            pairs.collect::<Option<BTreeMap<_, _>>>()
        })?;
        Ok(found.map(|found| found.value).unwrap_or_default())
    }

    /// Tells that a key is not there that must be.
    pub(super) fn lacks(&self, table: &'static str, key: &'static str) -> ConfigError {
        ConfigError::MissingKey {
            place: self.place(self.span.clone()),
            table,
            key,
        }
    }

    fn place(&self, span: Range<usize>) -> Place {
        Place {
            file: self.file.clone(),
            text: Arc::clone(&self.text),
            span: Span::from(span),
        }
    }

    /// Returns what a key is set to, whatever that is.
    pub(super) fn value(&self, key: &str) -> Option<&DeValue<'a>> {
        self.root.get(key).map(Spanned::get_ref)
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
        .filter(|(distance, _)| *distance <= NEAR && distance.saturating_mul(2) <= key.len())
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn a_key_is_suggested_only_where_most_of_it_was_written() {
        const KNOWN: &[&str] = &["args", "files", "platforms"];
        for (key, expected) in [
            ("file", Some("files")),
            ("flies", Some("files")),
            ("plattfrom", Some("platforms")),
            ("arg", Some("args")),
            ("bogus", None),
            ("a", None),
            ("", None),
        ] {
            assert_eq!(nearest(key, KNOWN), expected, "{key}");
        }
    }
}
