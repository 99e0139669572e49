//! `[[image.platform]]` as written (`SPEC.md` section 3.4).

use super::super::marked::Marked;
#[cfg(feature = "schema")]
use super::super::schema::{DIGEST, LARGEST, MEDIA_TYPE};
use super::super::table::{Shape, Table};
use super::super::value::Value;
use super::{BlobWire, DescriptorWire};
use crate::Span;
use crate::error::Fault;

/// An image at one platform; of a pending image only the name.
#[derive(Debug)]
#[cfg_attr(
    feature = "schema",
    derive(schemars::JsonSchema),
    schemars(rename = "platform", rename_all = "kebab-case", deny_unknown_fields)
)]
pub(crate) struct PlatformWire {
    /// The platform in its normal form.
    pub(crate) name: Marked<String>,
    /// The manifest.
    #[cfg_attr(feature = "schema", schemars(regex(pattern = DIGEST)))]
    pub(crate) digest: Option<Marked<String>>,
    /// Its media type.
    #[cfg_attr(feature = "schema", schemars(regex(pattern = MEDIA_TYPE)))]
    pub(crate) media_type: Option<Marked<String>>,
    /// Its length in bytes.
    #[cfg_attr(feature = "schema", schemars(range(max = LARGEST)))]
    pub(crate) size: Option<Marked<u64>>,
    /// The indexes between the pinned index and the manifest, outermost first.
    #[cfg_attr(feature = "schema", schemars(default, length(max = 2)))]
    pub(crate) via: Vec<DescriptorWire>,
    /// Triggers of the config that name images.
    #[cfg_attr(feature = "schema", schemars(default))]
    pub(crate) onbuild: Vec<Marked<String>>,
    /// The config.
    pub(crate) config: Option<BlobWire>,
    /// The layers, in the order of the manifest.
    #[cfg_attr(feature = "schema", schemars(length(max = 512)))]
    pub(crate) layers: Option<Vec<BlobWire>>,
    #[cfg_attr(feature = "schema", schemars(skip))]
    pub(crate) span: Span,
    /// The first key besides the name.
    #[cfg_attr(feature = "schema", schemars(skip))]
    pub(crate) content: Option<Span>,
}

impl PlatformWire {
    pub(super) const SHAPE: Shape = Shape {
        name: "an image's platform",
        keys: &[
            "name",
            "digest",
            "media-type",
            "size",
            "via",
            "onbuild",
            "config",
            "layers",
        ],
    };

    pub(super) fn read(table: Table<'_>) -> Result<Self, Fault> {
        let via = |value: Value<'_>| value.tables(&DescriptorWire::SHAPE, DescriptorWire::read);
        let config = |value: Value<'_>| BlobWire::read(value.table(&BlobWire::SHAPE)?);
        let mut beside_name = Self::SHAPE.keys.iter().skip(1);
        Ok(Self {
            name: table.need("name")?.text()?,
            digest: table.get("digest").map(Value::text).transpose()?,
            media_type: table.get("media-type").map(Value::text).transpose()?,
            size: table.get("size").map(Value::integer).transpose()?,
            via: table.read_or_default("via", via)?,
            onbuild: table.read_or_default("onbuild", Value::texts)?,
            config: table.get("config").map(config).transpose()?,
            layers: table.get("layers").map(BlobWire::read_all).transpose()?,
            span: table.span(),
            content: beside_name.find_map(|key| Some(table.get(key)?.span())),
        })
    }
}
