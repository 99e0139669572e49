//! A TOML table with the keys that it may have.

use toml::de::DeTable;

use super::value::Value;
use crate::error::Fault;
use crate::{Problem, Span};

/// What a table is called and which keys version 1 gives it.
#[derive(Debug)]
pub(crate) struct Shape {
    /// What messages call it, such as `a source`.
    pub(crate) name: &'static str,
    /// Its keys.
    pub(crate) keys: &'static [&'static str],
}

/// A table without unknown keys.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Table<'a> {
    name: &'static str,
    span: Span,
    start: usize,
    entries: &'a DeTable<'a>,
}

impl<'a> Table<'a> {
    /// Takes a table of a piece that starts at `start`; an unknown key comes before anything else
    /// that is wrong in it.
    pub(crate) fn new(
        shape: &Shape,
        table: &'a DeTable<'a>,
        span: Span,
        start: usize,
    ) -> Result<Self, Fault> {
        let strangers = table.keys().filter(|key| {
            let key: &str = key.get_ref();
            !shape.keys.contains(&key)
        });
        if let Some(key) = strangers.min_by_key(|key| key.span().start) {
            let problem = Problem::UnknownKey {
                key: key.get_ref().to_string(),
                table: shape.name,
            };
            return Err(Fault::new(problem, Span::from(key.span()).moved(start)));
        }
        let name = shape.name;
        Ok(Self {
            name,
            span,
            start,
            entries: table,
        })
    }

    /// Returns where the table stands: its header, or all of it where it is inline.
    pub(crate) fn span(self) -> Span {
        self.span
    }

    /// Returns the value of a key that may be left out.
    pub(crate) fn get(self, key: &'static str) -> Option<Value<'a>> {
        self.entries
            .get(key)
            .map(|value| Value::new(key, value, self.start))
    }

    /// Returns the value of a key that must be there.
    pub(crate) fn need(self, key: &'static str) -> Result<Value<'a>, Fault> {
        let table = self.name;
        self.get(key)
            .ok_or_else(|| Fault::new(Problem::MissingKey { key, table }, self.span))
    }

    /// Reads the value of a key, or the default where it is left out.
    pub(crate) fn read_or_default<T: Default>(
        self,
        key: &'static str,
        read: impl Fn(Value<'a>) -> Result<T, Fault>,
    ) -> Result<T, Fault> {
        self.get(key).map_or_else(|| Ok(T::default()), read)
    }
}
