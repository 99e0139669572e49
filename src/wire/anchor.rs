//! The state of the audit chain that a request or receipt anchors.

use lock_format::Digest;

use super::json::{JsonError, ObjectWriter, Reader, need};

/// Length and last digest of the site's audit chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Anchor {
    /// How many records the chain has.
    pub count: u64,
    /// The digest that the last record ends with; of no bytes while there is none.
    pub head: Digest,
}

impl Anchor {
    pub(super) fn read(reader: &mut Reader<'_>) -> Result<Self, JsonError> {
        let (mut count, mut head) = (None, None);
        reader.object(|key, value| {
            match key {
                "count" => count = Some(value.integer()?),
                "head" => head = Some(value.parsed("head")?),
                _ => return Err(JsonError::newer(key)),
            }
            Ok(())
        })?;
        Ok(Self {
            count: need(count, "count")?,
            head: need(head, "head")?,
        })
    }

    pub(super) fn write(&self, o: &mut ObjectWriter<'_>) {
        o.integer("count", self.count);
        o.string("head", self.head);
    }
}
