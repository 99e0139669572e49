//! Ages and sizes as people write them.

/// Units of an age, in seconds.
const AGES: [(&str, u64); 4] = [
    ("m", 60),
    ("h", 60 * 60),
    ("d", 24 * 60 * 60),
    ("w", 7 * 24 * 60 * 60),
];

/// Units of a size, in bytes: powers of 1024, as sizes are shown.
const SIZES: [(&str, u64); 4] = [
    ("K", 1 << 10),
    ("M", 1 << 20),
    ("G", 1 << 30),
    ("T", 1 << 40),
];

/// Reads an age such as `30d`, in seconds.
pub(super) fn seconds(text: &str) -> Result<u64, String> {
    amount(text, &AGES).ok_or_else(|| "it takes a number and m, h, d or w, such as 30d".to_owned())
}

/// Reads a size such as `50G`, in bytes; a bare number counts bytes, `GiB` is `G`.
pub(super) fn bytes(text: &str) -> Result<u64, String> {
    let short = text.strip_suffix("iB").unwrap_or(text);
    let bare = || text.parse().ok();
    amount(short, &SIZES)
        .or_else(bare)
        .ok_or_else(|| "it takes a number and K, M, G or T, such as 50G".to_owned())
}

fn amount(text: &str, units: &[(&str, u64)]) -> Option<u64> {
    units.iter().find_map(|(unit, factor)| {
        let number: u64 = text.strip_suffix(unit)?.parse().ok()?;
        number.checked_mul(*factor)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages_have_units() {
        for (text, expected) in [
            ("90m", Some(5400)),
            ("2h", Some(7200)),
            ("30d", Some(2_592_000)),
            ("1w", Some(604_800)),
            ("0d", Some(0)),
            ("30", None),
            ("d", None),
            ("-1d", None),
            ("18446744073709551615w", None),
        ] {
            assert_eq!(seconds(text).ok(), expected, "{text}");
        }
    }

    #[test]
    fn sizes_are_binary() {
        for (text, expected) in [
            ("50G", Some(50 << 30)),
            ("50GiB", Some(50 << 30)),
            ("1K", Some(1024)),
            ("7", Some(7)),
            ("2T", Some(2 << 40)),
            ("1.5G", None),
            ("G", None),
            ("iB", None),
            ("18446744073709551615T", None),
        ] {
            assert_eq!(bytes(text).ok(), expected, "{text}");
        }
    }
}
