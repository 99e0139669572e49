//! A receipt: what became of bundles.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use super::address::{integers, read_document, within};
use super::json::{JsonError, Reader, Sink, need, write_object};
use super::{Address, Anchor, Kind, TransferId};
use crate::run::limits;

/// Tells the outside which bundles arrived.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// Who sends it to whom.
    pub address: Address,
    /// The state of the site's audit chain.
    pub audit: Anchor,
    /// What became of each bundle.
    pub bundles: BTreeMap<TransferId, Outcome>,
    /// Unix seconds.
    pub created: u64,
}

/// What became of a bundle.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    /// All that was asked for is there.
    Applied,
    /// Something is still missing.
    Part,
    /// It was refused.
    Refused,
}

/// A text is no outcome of this format.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not applied, part or refused")]
pub struct UnknownOutcome;

impl FromStr for Outcome {
    type Err = UnknownOutcome;

    fn from_str(text: &str) -> Result<Self, UnknownOutcome> {
        [Self::Applied, Self::Part, Self::Refused]
            .into_iter()
            .find(|outcome| outcome.to_string() == text)
            .ok_or(UnknownOutcome)
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Applied => "applied",
            Self::Part => "part",
            Self::Refused => "refused",
        })
    }
}

impl Receipt {
    pub(super) fn read(bytes: &[u8]) -> Result<Self, JsonError> {
        let (mut audit, mut bundles, mut created) = (None, None, None);
        let address = read_document(bytes, |key, value| {
            match key {
                "audit" => audit = Some(Anchor::read(value)?),
                "bundles" => bundles = Some(read_bundles(value)?),
                "created" => created = Some(value.integer()?),
                _ => return Ok(false),
            }
            Ok(true)
        })?;
        Ok(Self {
            address,
            audit: need(audit, "audit")?,
            bundles: need(bundles, "bundles")?,
            created: need(created, "created")?,
        })
    }

    pub(super) fn write(&self, sink: &mut dyn Sink) {
        write_object(sink, |o| {
            o.object("audit", |o| self.audit.write(o));
            o.objects("bundles", &self.bundles, |o, (id, outcome)| {
                o.string("id", id);
                o.string("outcome", outcome);
            });
            o.integer("created", self.created);
            self.address.write_first(Kind::Receipt, o);
            self.address.write_last(o);
        });
    }

    pub(super) fn check(&self) -> Result<(), JsonError> {
        self.address.check()?;
        within("bundles of a receipt", self.bundles.len(), limits::ENTRIES)?;
        integers([("count", self.audit.count), ("created", self.created)])
    }
}

fn read_bundles(reader: &mut Reader<'_>) -> Result<BTreeMap<TransferId, Outcome>, JsonError> {
    let mut bundles = BTreeMap::new();
    reader.array(|item| {
        let (mut id, mut outcome) = (None, None);
        item.object(|key, value| {
            match key {
                "id" => id = Some(value.parsed("id")?),
                "outcome" => outcome = Some(value.parsed("outcome")?),
                _ => return Err(JsonError::newer(key)),
            }
            Ok(())
        })?;
        bundles.insert(need(id, "id")?, need(outcome, "outcome")?);
        Ok(())
    })?;
    Ok(bundles)
}
