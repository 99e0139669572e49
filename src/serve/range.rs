//! A part of a blob (RFC 9110 section 14), by one range of bytes.

use std::ops::Range;

/// What a `Range` header asks of a blob of a known size.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    /// Everything: no range, several ranges, or one that is not understood.
    Whole,
    /// From the first offset up to and without the second; never empty.
    Some(Range<u64>),
    /// Nothing of the blob: it is shorter than that, or the range runs backwards.
    None,
}

/// Reads the value of a `Range` header.
pub(crate) fn part(value: &str, size: u64) -> Part {
    let Some((unit, spec)) = value.split_once('=') else {
        return Part::Whole;
    };
    let Some((first, last)) = spec.trim().split_once('-') else {
        return Part::Whole;
    };
    if !unit.trim().eq_ignore_ascii_case("bytes") {
        return Part::Whole;
    }
    // Of several ranges one end has a comma, and so is no number.
    let range = match (number(first), number(last)) {
        (Number::Is(first), Number::Is(last)) if last < first => return Part::None,
        (Number::Is(first), Number::Is(last)) => first..last.saturating_add(1).min(size),
        (Number::Is(first), Number::Missing) => first..size,
        (Number::Missing, Number::Is(length)) => size.saturating_sub(length)..size,
        _ => return Part::Whole,
    };
    if range.is_empty() {
        Part::None
    } else {
        Part::Some(range)
    }
}

enum Number {
    Is(u64),
    Missing,
    Wrong,
}

/// Digits of any length: what is above 2^64 is beyond every blob.
fn number(text: &str) -> Number {
    match text.trim() {
        "" => Number::Missing,
        digits if digits.bytes().all(|b| b.is_ascii_digit()) => {
            Number::Is(digits.parse().unwrap_or(u64::MAX))
        }
        _ => Number::Wrong,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_range_of_bytes_is_understood() {
        for (value, size, found) in [
            ("bytes=0-0", 10, Part::Some(0..1)),
            ("bytes=2-5", 10, Part::Some(2..6)),
            ("bytes=5-", 10, Part::Some(5..10)),
            ("bytes=-3", 10, Part::Some(7..10)),
            ("bytes=-30", 10, Part::Some(0..10)),
            ("bytes=8-99", 10, Part::Some(8..10)),
            ("Bytes = 1-2", 10, Part::Some(1..3)),
            ("bytes=0-18446744073709551615", 10, Part::Some(0..10)),
            ("bytes=9-9", 10, Part::Some(9..10)),
            ("bytes=10-", 10, Part::None),
            ("bytes=10-11", 10, Part::None),
            ("bytes=99999999999999999999-", 10, Part::None),
            ("bytes=5-2", 10, Part::None),
            ("bytes=-0", 10, Part::None),
            ("bytes=0-", 0, Part::None),
            ("bytes=-1", 0, Part::None),
            ("bytes=0-1,3-4", 10, Part::Whole),
            ("bytes=-", 10, Part::Whole),
            ("bytes=a-b", 10, Part::Whole),
            ("bytes=1", 10, Part::Whole),
            ("bytes=--1", 10, Part::Whole),
            ("items=0-1", 10, Part::Whole),
            ("0-1", 10, Part::Whole),
            ("", 10, Part::Whole),
        ] {
            assert_eq!(part(value, size), found, "{value} of {size}");
        }
    }
}
