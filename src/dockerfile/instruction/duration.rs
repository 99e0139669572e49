//! Durations such as `1m30s`, as HEALTHCHECK takes them (Go's `time.ParseDuration`).

/// Nanoseconds of each unit.
const UNITS: [(&str, f64); 8] = [
    ("ns", 1.0),
    ("us", 1e3),
    ("µs", 1e3),
    ("μs", 1e3),
    ("ms", 1e6),
    ("s", 1e9),
    ("m", 6e10),
    ("h", 3.6e12),
];

/// Longest duration, in nanoseconds.
const LONGEST: f64 = 9.3e18;

/// Returns the nanoseconds of a duration, if the text is one.
pub(super) fn nanoseconds(text: &str) -> Option<f64> {
    let (sign, mut rest) = match text.strip_prefix(['-', '+']) {
        Some(rest) if text.starts_with('-') => (-1.0, rest),
        Some(rest) => (1.0, rest),
        None => (1.0, text),
    };
    if rest == "0" {
        return Some(0.0);
    }
    if rest.is_empty() {
        return None;
    }
    let mut total = 0.0;
    while !rest.is_empty() {
        let (number, after) = split_at_first(rest, |c| !c.is_ascii_digit() && c != '.');
        if !number.contains(|c: char| c.is_ascii_digit()) {
            return None;
        }
        let number: f64 = number.parse().ok()?;
        let (unit, after) = split_at_first(after, |c| c.is_ascii_digit() || c == '.');
        let (_, factor) = UNITS.iter().find(|(name, _)| *name == unit)?;
        total += number * factor;
        rest = after;
    }
    (total <= LONGEST).then_some(sign * total)
}

fn split_at_first(text: &str, ends: impl Fn(char) -> bool) -> (&str, &str) {
    text.split_at(text.find(ends).unwrap_or(text.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_have_units() {
        for (text, expected) in [
            ("0", Some(0.0)),
            ("1m30s", Some(9e10)),
            ("1.5s", Some(1.5e9)),
            (".5ms", Some(5e5)),
            ("-1s", Some(-1e9)),
            ("10", None),
            ("s", None),
            ("", None),
            ("1x", None),
            ("1.2.3s", None),
            ("999999999h", None),
        ] {
            assert_eq!(nanoseconds(text), expected, "{text}");
        }
    }
}
