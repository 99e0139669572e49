//! The document as written (`SPEC.md` section 3.1).

use super::super::table::{Shape, Table};
use super::super::value::Value;
use super::{ImageWire, SourceWire};
use crate::error::Fault;

/// A lockfile: what a project's sources need, pinned.
///
/// The version is read before, by its own reader.
#[derive(Debug)]
#[cfg_attr(
    feature = "schema",
    derive(schemars::JsonSchema),
    schemars(title = "airlock.lock", deny_unknown_fields)
)]
pub(crate) struct LockWire {
    /// What asks for images, sorted by name.
    #[cfg_attr(feature = "schema", schemars(default, length(max = 4096)))]
    pub(crate) source: Vec<SourceWire>,
    /// The images, sorted by reference.
    #[cfg_attr(feature = "schema", schemars(default, length(max = 4096)))]
    pub(crate) image: Vec<ImageWire>,
}

impl LockWire {
    /// The keys of the document.
    pub(crate) const SHAPE: Shape = Shape {
        name: "the lock",
        keys: &["version", "source", "image"],
    };

    /// Takes a piece of the document apart.
    pub(crate) fn read(table: Table<'_>) -> Result<Self, Fault> {
        let sources = |value: Value<'_>| value.tables(&SourceWire::SHAPE, SourceWire::read);
        let images = |value: Value<'_>| value.tables(&ImageWire::SHAPE, ImageWire::read);
        Ok(Self {
            source: table.read_or_default("source", sources)?,
            image: table.read_or_default("image", images)?,
        })
    }
}
