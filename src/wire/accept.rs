//! What the asking side can decode.

use std::collections::BTreeSet;
use std::fmt;

use super::Text;
use super::address::within;
use super::json::{JsonError, ObjectWriter, Reader, need};
use crate::run::limits::{ACCEPTED, MIB};

/// Names how a payload is carried.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Encoding {
    /// As it is.
    Raw,
    /// One Zstandard frame.
    Zstd,
}

impl Encoding {
    /// Returns the name that is written.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Raw => "raw",
            Self::Zstd => "zstd",
        }
    }
}

impl fmt::Display for Encoding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Tells what the asking side can decode. Values that this airlock does not know are kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Accept {
    /// Encodings by name; `raw` among them.
    pub encodings: BTreeSet<Text>,
    /// Bytes of memory that decoding may take.
    pub memory: u64,
    /// Ways to rebuild a blob from others; none in this format's first release.
    pub recipes: BTreeSet<Text>,
}

impl Accept {
    /// Returns what this airlock decodes.
    pub fn ours() -> Self {
        Self {
            encodings: [Encoding::Raw, Encoding::Zstd]
                .into_iter()
                .map(|encoding| Text::lossy(encoding.name()))
                .collect(),
            memory: MIB.saturating_mul(64),
            recipes: BTreeSet::new(),
        }
    }

    /// Tells whether payloads may be carried in `encoding`.
    pub fn takes(&self, encoding: Encoding) -> bool {
        self.encodings
            .iter()
            .any(|name| name.as_str() == encoding.name())
    }

    pub(super) fn read(reader: &mut Reader<'_>) -> Result<Self, JsonError> {
        let (mut encodings, mut memory, mut recipes) = (None, None, None);
        reader.object(|key, value| {
            match key {
                "encodings" => encodings = Some(read_names(value, "encodings")?),
                "memory" => memory = Some(value.integer()?),
                "recipes" => recipes = Some(read_names(value, "recipes")?),
                _ => return Err(JsonError::newer(key)),
            }
            Ok(())
        })?;
        Ok(Self {
            encodings: need(encodings, "encodings")?,
            memory: need(memory, "memory")?,
            recipes: need(recipes, "recipes")?,
        })
    }

    pub(super) fn write(&self, o: &mut ObjectWriter<'_>) {
        o.texts("encodings", &self.encodings);
        o.integer("memory", self.memory);
        o.texts("recipes", &self.recipes);
    }

    pub(super) fn check(&self) -> Result<(), JsonError> {
        within("encodings", self.encodings.len(), ACCEPTED)?;
        within("recipes", self.recipes.len(), ACCEPTED)?;
        if self.takes(Encoding::Raw) {
            Ok(())
        } else {
            Err(JsonError::bad("encodings", "has no `raw`"))
        }
    }
}

fn read_names(reader: &mut Reader<'_>, what: &'static str) -> Result<BTreeSet<Text>, JsonError> {
    let mut names = BTreeSet::new();
    reader.array(|item| {
        names.insert(read_text(item)?);
        within(what, names.len(), ACCEPTED)
    })?;
    Ok(names)
}

pub(super) fn read_text(reader: &mut Reader<'_>) -> Result<Text, JsonError> {
    Ok(Text::lossy(&reader.string()?))
}
