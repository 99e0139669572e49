//! How a payload is divided into volumes.

use std::ops::Range;

use crate::wire::{Layout, Transfer};

/// Bytes of a chunk of an age file, and of the tag behind it.
const CHUNK: u64 = 64 * 1024;
const TAG: u64 = 16;

/// How a payload is divided into volumes; one volume is no division.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VolumePlan {
    total: u64,
    volume_payload: u64,
}

impl VolumePlan {
    /// Reads the division from what a transfer says.
    pub fn of(transfer: &Transfer, layout: &Layout) -> Self {
        let volume_payload = match transfer {
            Transfer::Bundle(bundle) => bundle.volume_payload,
            Transfer::Request(_) | Transfer::Receipt(_) => None,
        };
        Self {
            total: layout.total(),
            volume_payload: volume_payload.unwrap_or(u64::MAX).max(1),
        }
    }

    /// Returns the payload bytes of a volume whose sealed file stays within `limit` bytes, with
    /// [`VOLUME_HEADER_BYTES`](super::VOLUME_HEADER_BYTES) of them for the header: as many whole
    /// chunks as fit, none where not even one does.
    pub fn payload_within(limit: u64) -> Option<u64> {
        let chunks = limit.checked_sub(super::VOLUME_HEADER_BYTES)? / (CHUNK + TAG);
        chunks.checked_mul(CHUNK).filter(|bytes| *bytes > 0)
    }

    /// Returns how many volumes there are, at least one.
    pub fn count(self) -> u32 {
        let count = self.total.div_ceil(self.volume_payload).max(1);
        u32::try_from(count).unwrap_or(u32::MAX)
    }

    /// Returns the numbers of all volumes, from 1.
    pub fn numbers(self) -> impl Iterator<Item = u32> {
        1..=self.count()
    }

    /// Returns the payload bytes of each volume but the last.
    pub fn volume_payload(self) -> u64 {
        self.volume_payload
    }

    /// Returns which bytes of the payload a volume holds; none behind the last.
    pub fn range(self, number: u32) -> Range<u64> {
        let start = self
            .volume_payload
            .saturating_mul(u64::from(number.saturating_sub(1)))
            .min(self.total);
        start..start.saturating_add(self.volume_payload).min(self.total)
    }

    /// Returns how many bytes of the payload a volume holds.
    pub fn bytes(self, number: u32) -> u64 {
        let range = self.range(number);
        range.end - range.start
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_volume_has_as_many_whole_chunks_as_fit_below_the_limit() {
        let one = 4096 + CHUNK + TAG;
        for (limit, payload) in [
            (0, None),
            (4096, None),
            (one - 1, None),
            (one, Some(CHUNK)),
            (one + CHUNK + TAG - 1, Some(CHUNK)),
            (one + CHUNK + TAG, Some(2 * CHUNK)),
        ] {
            assert_eq!(VolumePlan::payload_within(limit), payload, "{limit}");
        }
        let fat32 = u64::from(u32::MAX);
        let payload = VolumePlan::payload_within(fat32).expect("it is large");
        let sealed = crate::seal::sealed_size(4096, payload);
        assert!(sealed <= fat32 && sealed + CHUNK + TAG > fat32);
    }

    #[test]
    fn volumes_cover_the_payload_once_and_the_last_one_has_the_rest() {
        for (total, volume_payload, bounds) in [
            (10, 4, &[(0, 4), (4, 8), (8, 10)][..]),
            (8, 4, &[(0, 4), (4, 8)]),
            (4, 4, &[(0, 4)]),
            (3, u64::MAX, &[(0, 3)]),
        ] {
            let plan = VolumePlan {
                total,
                volume_payload,
            };
            let ranges = plan.numbers().map(|number| plan.range(number));
            let found: Vec<(u64, u64)> = ranges.map(|range| (range.start, range.end)).collect();
            assert_eq!(found, bounds);
        }
    }
}
