//! The size of a medium, as a person writes it.

use crate::ops::transfer::VolumePlan;

/// Bytes of each unit; a unit alone or with `iB` counts by 1024, with `B` by 1000.
const UNITS: [(char, u32); 4] = [('K', 1), ('M', 2), ('G', 3), ('T', 4)];

/// The payload bytes of a volume that fits a medium.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct VolumeSize(pub(crate) u64);

/// Reads the longest file that a medium takes: `650M`, `4GiB`, `2TB`, or a number of bytes.
pub(crate) fn volume_size(text: &str) -> Result<VolumeSize, String> {
    let limit = bytes(text)
        .ok_or_else(|| "give a number with a unit: 650M, 4G, 4GiB, or 4GB".to_owned())?;
    VolumePlan::payload_within(limit)
        .map(VolumeSize)
        .ok_or_else(|| "too small: a volume needs 69648 bytes at least".to_owned())
}

fn bytes(text: &str) -> Option<u64> {
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let unit = text.strip_prefix(digits)?;
    let number: u64 = digits
        .bytes()
        .all(|byte| byte.is_ascii_digit())
        .then(|| digits.parse().ok())??;
    number.checked_mul(factor(unit)?)
}

fn factor(unit: &str) -> Option<u64> {
    let mut letters = unit.chars();
    let Some(letter) = letters.next() else {
        return Some(1);
    };
    let base: u64 = match letters.as_str() {
        "" | "iB" => 1024,
        "B" => 1000,
        _ if unit == "B" => return Some(1),
        _ => return None,
    };
    if unit == "B" {
        return Some(1);
    }
    let letter = letter.to_ascii_uppercase();
    let power = UNITS.iter().find(|(name, _)| *name == letter)?.1;
    base.checked_pow(power)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read_with_and_without_units() {
        for (text, size) in [
            ("70000", Some(70_000)),
            ("12B", Some(12)),
            ("650M", Some(650 << 20)),
            ("650m", Some(650 << 20)),
            ("4G", Some(4 << 30)),
            ("4GiB", Some(4 << 30)),
            ("4GB", Some(4_000_000_000)),
            ("2TB", Some(2_000_000_000_000)),
            ("1KiB", Some(1024)),
            ("", None),
            ("G", None),
            ("4.5G", None),
            ("-4G", None),
            ("+4G", None),
            ("4 G", None),
            ("4GG", None),
            ("4Gi", None),
            ("4X", None),
            ("99999999999T", None),
        ] {
            assert_eq!(bytes(text), size, "{text}");
        }
    }

    #[test]
    fn a_medium_that_holds_no_chunk_is_refused() {
        assert!(volume_size("69647").is_err());
        assert_eq!(volume_size("69648"), Ok(VolumeSize(65_536)));
    }
}
