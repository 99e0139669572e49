//! `[[image]]` as written (`SPEC.md` section 3.3).

use super::super::marked::Marked;
#[cfg(feature = "schema")]
use super::super::schema::{DIGEST, LARGEST, MEDIA_TYPE};
use super::super::table::{Shape, Table};
use super::super::value::Value;
use super::{PlatformWire, ReferrerWire};
use crate::Span;
use crate::error::Fault;

/// A reference, what it was resolved to, and all that is needed to carry it.
#[derive(Debug)]
#[cfg_attr(
    feature = "schema",
    derive(schemars::JsonSchema),
    schemars(rename = "image", rename_all = "kebab-case", deny_unknown_fields)
)]
pub(crate) struct ImageWire {
    /// The reference in canonical form.
    #[cfg_attr(feature = "schema", schemars(length(max = 512)))]
    pub(crate) reference: Marked<String>,
    /// What the reference named: an index or a manifest; left out while the image is pending.
    #[cfg_attr(feature = "schema", schemars(regex(pattern = DIGEST)))]
    pub(crate) digest: Option<Marked<String>>,
    /// Its media type.
    #[cfg_attr(feature = "schema", schemars(regex(pattern = MEDIA_TYPE)))]
    pub(crate) media_type: Option<Marked<String>>,
    /// Its length in bytes.
    #[cfg_attr(feature = "schema", schemars(range(max = LARGEST)))]
    pub(crate) size: Option<Marked<u64>>,
    /// Names of the sources that ask for it, sorted.
    #[cfg_attr(feature = "schema", schemars(length(min = 1)))]
    pub(crate) sources: Vec<Marked<String>>,
    /// The platforms it is needed at, sorted by name.
    #[cfg_attr(feature = "schema", schemars(length(min = 1, max = 64)))]
    pub(crate) platform: Vec<PlatformWire>,
    /// What refers to it, sorted by digest.
    #[cfg_attr(feature = "schema", schemars(default, length(max = 4096)))]
    pub(crate) referrer: Vec<ReferrerWire>,
    #[cfg_attr(feature = "schema", schemars(skip))]
    pub(crate) span: Span,
}

impl ImageWire {
    /// The keys of the table, in canonical order.
    pub(crate) const SHAPE: Shape = Shape {
        name: "an image",
        keys: &[
            "reference",
            "digest",
            "media-type",
            "size",
            "sources",
            "platform",
            "referrer",
        ],
    };

    /// Takes a table apart.
    pub(crate) fn read(table: Table<'_>) -> Result<Self, Fault> {
        let platforms = |value: Value<'_>| value.tables(&PlatformWire::SHAPE, PlatformWire::read);
        let referrers = |value: Value<'_>| value.tables(&ReferrerWire::SHAPE, ReferrerWire::read);
        Ok(Self {
            reference: table.need("reference")?.text()?,
            digest: table.get("digest").map(Value::text).transpose()?,
            media_type: table.get("media-type").map(Value::text).transpose()?,
            size: table.get("size").map(Value::integer).transpose()?,
            sources: table.need("sources")?.texts()?,
            platform: platforms(table.need("platform")?)?,
            referrer: table.read_or_default("referrer", referrers)?,
            span: table.span(),
        })
    }
}
