//! Blobs and descriptors as written (`SPEC.md` section 3).

use super::super::marked::Marked;
#[cfg(feature = "schema")]
use super::super::schema::{DIGEST, LARGEST, MEDIA_TYPE};
use super::super::table::{Shape, Table};
use super::super::value::Value;
use crate::error::Fault;

/// A blob with its media type.
#[derive(Debug)]
#[cfg_attr(
    feature = "schema",
    derive(schemars::JsonSchema),
    schemars(rename = "descriptor", rename_all = "kebab-case", deny_unknown_fields)
)]
pub(crate) struct DescriptorWire {
    /// The digest of its bytes.
    #[cfg_attr(feature = "schema", schemars(regex(pattern = DIGEST)))]
    pub(crate) digest: Marked<String>,
    /// Its media type.
    #[cfg_attr(feature = "schema", schemars(regex(pattern = MEDIA_TYPE)))]
    pub(crate) media_type: Marked<String>,
    /// Its length in bytes.
    #[cfg_attr(feature = "schema", schemars(range(max = LARGEST)))]
    pub(crate) size: Marked<u64>,
}

/// A blob.
#[derive(Debug)]
#[cfg_attr(
    feature = "schema",
    derive(schemars::JsonSchema),
    schemars(rename = "blob", deny_unknown_fields)
)]
pub(crate) struct BlobWire {
    /// The digest of its bytes.
    #[cfg_attr(feature = "schema", schemars(regex(pattern = DIGEST)))]
    pub(crate) digest: Marked<String>,
    /// Its length in bytes.
    #[cfg_attr(feature = "schema", schemars(range(max = LARGEST)))]
    pub(crate) size: Marked<u64>,
}

impl DescriptorWire {
    pub(super) const SHAPE: Shape = Shape {
        name: "an entry of `via`",
        keys: &["digest", "media-type", "size"],
    };

    pub(super) fn read(table: Table<'_>) -> Result<Self, Fault> {
        Ok(Self {
            digest: table.need("digest")?.text()?,
            media_type: table.need("media-type")?.text()?,
            size: table.need("size")?.integer()?,
        })
    }
}

impl BlobWire {
    pub(super) const SHAPE: Shape = Shape {
        name: "a blob",
        keys: &["digest", "size"],
    };

    pub(super) fn read(table: Table<'_>) -> Result<Self, Fault> {
        Ok(Self {
            digest: table.need("digest")?.text()?,
            size: table.need("size")?.integer()?,
        })
    }

    pub(super) fn read_all(value: Value<'_>) -> Result<Vec<Self>, Fault> {
        value.tables(&Self::SHAPE, Self::read)
    }
}
