//! `[[image.referrer]]` as written (`SPEC.md` section 3.5).

use super::super::marked::Marked;
#[cfg(feature = "schema")]
use super::super::schema::MEDIA_TYPE;
use super::super::table::{Shape, Table};
use super::{BlobWire, DescriptorWire};
use crate::error::Fault;

/// A manifest that refers to an image.
#[derive(Debug)]
#[cfg_attr(
    feature = "schema",
    derive(schemars::JsonSchema),
    schemars(rename = "referrer", rename_all = "kebab-case", deny_unknown_fields)
)]
pub(crate) struct ReferrerWire {
    #[cfg_attr(feature = "schema", schemars(flatten))]
    pub(crate) manifest: DescriptorWire,
    /// What kind of artifact it is.
    #[cfg_attr(feature = "schema", schemars(regex(pattern = MEDIA_TYPE)))]
    pub(crate) artifact_type: Marked<String>,
    /// Its config.
    pub(crate) config: BlobWire,
    /// Its layers, in the order of the manifest.
    #[cfg_attr(feature = "schema", schemars(length(max = 512)))]
    pub(crate) layers: Vec<BlobWire>,
}

impl ReferrerWire {
    pub(super) const SHAPE: Shape = Shape {
        name: "an image's referrer",
        keys: &[
            "digest",
            "media-type",
            "size",
            "artifact-type",
            "config",
            "layers",
        ],
    };

    pub(super) fn read(table: Table<'_>) -> Result<Self, Fault> {
        Ok(Self {
            manifest: DescriptorWire::read(table)?,
            artifact_type: table.need("artifact-type")?.text()?,
            config: BlobWire::read(table.need("config")?.table(&BlobWire::SHAPE)?)?,
            layers: BlobWire::read_all(table.need("layers")?)?,
        })
    }
}
