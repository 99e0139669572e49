//! Who sends an envelope to whom: the fields that every kind has.

use std::collections::BTreeSet;

use super::json::{JsonError, ObjectWriter, Reader, need};
use super::{Kid, Kind, SiteId};
use crate::run::limits;

/// The one format that this airlock knows.
pub(super) const FORMAT: u64 = 1;

/// Tells who sends an envelope to whom, for which site.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    /// The key that signs.
    pub from: Kid,
    /// The keys that it is sealed to; 1 to [`limits::RECIPIENTS`].
    pub to: BTreeSet<Kid>,
    /// The site that it is about.
    pub site: SiteId,
    /// Unix seconds after which it should not be used any more. Hygiene, no replay defence.
    pub expires: Option<u64>,
}

/// Collects the fields as they come.
#[derive(Default)]
struct AddressFields {
    from: Option<Kid>,
    to: Option<BTreeSet<Kid>>,
    site: Option<SiteId>,
    expires: Option<u64>,
}

/// Reads a whole `transfer.json`; returns who sends it to whom.
///
/// `field` reads the fields of its kind and returns whether the key was one of them.
pub(super) fn read_document<'a>(
    bytes: &'a [u8],
    mut field: impl FnMut(&'a str, &mut Reader<'a>) -> Result<bool, JsonError>,
) -> Result<Address, JsonError> {
    let mut address = AddressFields::default();
    let mut reader = Reader::new(bytes);
    reader.object(|key, value| {
        if field(key, value)? {
            Ok(())
        } else {
            address.read(key, value)
        }
    })?;
    reader.end()?;
    address.finish()
}

impl AddressFields {
    /// Reads a field that every kind has; any other key is newer than known.
    ///
    /// `format` and `kind` were looked at before, and are compared when the value is written again.
    fn read(&mut self, key: &str, value: &mut Reader<'_>) -> Result<(), JsonError> {
        match key {
            "expires" => self.expires = Some(value.integer()?),
            "format" | "kind" => value.skip()?,
            "from" => self.from = Some(value.parsed("from")?),
            "site" => self.site = Some(value.parsed("site")?),
            "to" => self.to = Some(value.set(|reader| reader.parsed("to"))?),
            _ => return Err(JsonError::newer(key)),
        }
        Ok(())
    }

    fn finish(self) -> Result<Address, JsonError> {
        Ok(Address {
            from: need(self.from, "from")?,
            to: need(self.to, "to")?,
            site: need(self.site, "site")?,
            expires: self.expires,
        })
    }
}

impl Address {
    /// Writes `expires` to `kind`, which stand together in every kind.
    pub(super) fn write_first(&self, kind: Kind, o: &mut ObjectWriter<'_>) {
        if let Some(expires) = self.expires {
            o.integer("expires", expires);
        }
        o.integer("format", FORMAT);
        o.string("from", self.from);
        o.string("kind", kind);
    }

    /// Writes `site` and `to`, which stand together in every kind.
    pub(super) fn write_last(&self, o: &mut ObjectWriter<'_>) {
        o.string("site", self.site);
        o.texts("to", &self.to);
    }

    pub(super) fn check(&self) -> Result<(), JsonError> {
        if self.to.is_empty() {
            return Err(JsonError::bad("to", "names no key"));
        }
        within("recipients", self.to.len(), limits::RECIPIENTS)?;
        integers([("expires", self.expires.unwrap_or(0))])
    }
}

/// Fails when there are more of something than its limit allows.
pub(super) fn within(what: &'static str, found: usize, limit: usize) -> Result<(), JsonError> {
    if found <= limit {
        Ok(())
    } else {
        Err(JsonError::Limit {
            what,
            limit: limit as u64,
        })
    }
}

/// Fails when an integer is larger than canonical JSON can hold.
pub(super) fn integers(
    values: impl IntoIterator<Item = (&'static str, u64)>,
) -> Result<(), JsonError> {
    at_most(limits::INTEGER, values)
}

/// Fails when a value is above its limit.
pub(super) fn at_most(
    limit: u64,
    values: impl IntoIterator<Item = (&'static str, u64)>,
) -> Result<(), JsonError> {
    match values.into_iter().find(|(_, value)| *value > limit) {
        Some((what, _)) => Err(JsonError::Limit { what, limit }),
        None => Ok(()),
    }
}
