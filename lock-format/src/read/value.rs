//! A value of a TOML table, taken as the type that its key wants.

use std::collections::BTreeMap;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::marked::Marked;
use super::table::{Shape, Table};
use crate::error::Fault;
use crate::{Problem, Span};

/// The value of a key.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Value<'a> {
    key: &'static str,
    span: Span,
    start: usize,
    content: &'a DeValue<'a>,
}

impl<'a> Value<'a> {
    /// Takes the value of `key` in a piece that starts at `start`.
    pub(crate) fn new(key: &'static str, spanned: &'a Spanned<DeValue<'a>>, start: usize) -> Self {
        Self {
            key,
            span: Span::from(spanned.span()).moved(start),
            start,
            content: spanned.get_ref(),
        }
    }

    /// Returns where the value stands.
    pub(crate) fn span(self) -> Span {
        self.span
    }

    fn wrong(self, wanted: &'static str) -> Fault {
        let key = self.key;
        Fault::new(Problem::WrongType { key, wanted }, self.span)
    }

    /// A string.
    pub(crate) fn text(self) -> Result<Marked<String>, Fault> {
        let DeValue::String(text) = self.content else {
            return Err(self.wrong("a string"));
        };
        Ok(Marked::new(text.to_string(), self.span))
    }

    /// An integer that is not negative and fits 64 bits.
    pub(crate) fn integer(self) -> Result<Marked<u64>, Fault> {
        let DeValue::Integer(integer) = self.content else {
            return Err(self.wrong("an integer"));
        };
        let most = (1 << 53) - 1;
        match u64::from_str_radix(integer.as_str(), integer.radix()) {
            Ok(value) if value <= most => Ok(Marked::new(value, self.span)),
            _ => Err(Fault::new(
                Problem::Number {
                    key: self.key,
                    most,
                },
                self.span,
            )),
        }
    }

    /// The entries of an array.
    fn entries(self, wanted: &'static str) -> Result<impl Iterator<Item = Self>, Fault> {
        let DeValue::Array(array) = self.content else {
            return Err(self.wrong(wanted));
        };
        let Self { key, start, .. } = self;
        Ok(array
            .iter()
            .map(move |spanned| Self::new(key, spanned, start)))
    }

    /// An array of strings.
    pub(crate) fn texts(self) -> Result<Vec<Marked<String>>, Fault> {
        self.entries("an array of strings")?
            .map(|entry| entry.text().map_err(|_| entry.wrong("an array of strings")))
            .collect()
    }

    /// An array of tables, each read by `read`.
    pub(crate) fn tables<T>(
        self,
        shape: &Shape,
        read: impl Fn(Table<'a>) -> Result<T, Fault>,
    ) -> Result<Vec<T>, Fault> {
        let wanted = "an array of tables";
        self.entries(wanted)?
            .map(|entry| {
                let table = entry.raw_table().map_err(|_| entry.wrong(wanted))?;
                read(Table::new(shape, table, entry.span, entry.start)?)
            })
            .collect()
    }

    /// A table.
    pub(crate) fn table(self, shape: &Shape) -> Result<Table<'a>, Fault> {
        Table::new(shape, self.raw_table()?, self.span, self.start)
    }

    /// A table of strings with keys of any name.
    pub(crate) fn map(self) -> Result<BTreeMap<String, String>, Fault> {
        let table = self.raw_table()?;
        let entries = table.iter().map(|(name, value)| {
            let value = Self::new(self.key, value, self.start);
            let text = value
                .text()
                .map_err(|_| value.wrong("a table of strings"))?;
            Ok((name.get_ref().to_string(), text.value))
        });
        entries.collect()
    }

    fn raw_table(self) -> Result<&'a DeTable<'a>, Fault> {
        let DeValue::Table(table) = self.content else {
            return Err(self.wrong("a table"));
        };
        Ok(table)
    }
}
