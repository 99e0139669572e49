//! Which plain scalars are null, booleans, numbers or dates.
//!
//! The rules are those of the YAML library that compose uses: the core schema of YAML 1.2
//! (section 10.3.2) with the numbers of YAML 1.1 kept (`0777`, `1_000`). `yes`, `no`, `on` and
//! `off` stay text.

use super::super::value::{Node, Plain};

/// Resolves a plain scalar without a tag.
pub(super) fn resolve(text: &str) -> Node {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => Node::Plain(Plain::Null),
        "true" | "True" | "TRUE" => Node::Plain(Plain::Bool(true)),
        "false" | "False" | "FALSE" => Node::Plain(Plain::Bool(false)),
        ".nan" | ".NaN" | ".NAN" => Node::Plain(Plain::Float(f64::NAN)),
        ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF" => {
            Node::Plain(Plain::Float(f64::INFINITY))
        }
        "-.inf" | "-.Inf" | "-.INF" => Node::Plain(Plain::Float(f64::NEG_INFINITY)),
        _ => number(text).unwrap_or_else(|| Node::Text(text.to_owned())),
    }
}

fn number(text: &str) -> Option<Node> {
    let first = text.chars().next()?;
    if first == '.' {
        return float(text).map(|value| Node::Plain(Plain::Float(value)));
    }
    if !(first.is_ascii_digit() || first == '+' || first == '-') {
        return None;
    }
    if is_date(text) {
        return Some(Node::Plain(Plain::Date(text.to_owned())));
    }
    let plain = text.replace('_', "");
    integer(&plain)
        .map(Plain::Int)
        .or_else(|| float(&plain).map(Plain::Float))
        .map(Node::Plain)
}

/// Reads an integer with an optional sign and an optional base: `0x`, `0b`, `0o` or a bare `0`.
fn integer(text: &str) -> Option<i128> {
    let (negative, digits) = match text.as_bytes().first()? {
        b'-' => (true, text.get(1..)?),
        b'+' => (false, text.get(1..)?),
        _ => (false, text),
    };
    let (base, digits) = base_of(digits)?;
    if !digits.bytes().all(|b| b.is_ascii_alphanumeric()) {
        return None;
    }
    let magnitude = i128::from(u64::from_str_radix(digits, base).ok()?);
    let value = if negative {
        magnitude.checked_neg()?
    } else {
        magnitude
    };
    (value >= i128::from(i64::MIN)).then_some(value)
}

fn base_of(digits: &str) -> Option<(u32, &str)> {
    let prefixed = |base| digits.get(2..).map(|rest| (base, rest));
    match digits.as_bytes() {
        [b'0', b'x' | b'X', ..] => prefixed(16),
        [b'0', b'b' | b'B', ..] => prefixed(2),
        [b'0', b'o' | b'O', ..] => prefixed(8),
        [b'0', _, ..] => Some((8, digits.get(1..)?)),
        _ => Some((10, digits)),
    }
}

/// Reads `[+-] (.digits | digits [. digits]) [e [+-] digits]`; a number too large is text.
fn float(text: &str) -> Option<f64> {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (unsigned, None),
    };
    let (whole, fraction) = match mantissa.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (mantissa, None),
    };
    let digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
    let has_digits = !whole.is_empty() || fraction.is_some_and(|part| !part.is_empty());
    let fits = has_digits
        && digits(whole)
        && fraction.is_none_or(digits)
        && exponent.is_none_or(|part| {
            let part = part.strip_prefix(['+', '-']).unwrap_or(part);
            !part.is_empty() && digits(part)
        });
    if !fits {
        return None;
    }
    text.parse().ok().filter(|value: &f64| value.is_finite())
}

/// Tells whether a text is a date, with or without a time: `2006-1-2`, `2006-01-02T15:04:05Z`.
fn is_date(text: &str) -> bool {
    let (date, time) = match text.find(['T', 't', ' ']) {
        Some(at) => (text.get(..at), text.get(at..)),
        None => (Some(text), None),
    };
    date.is_some_and(is_day)
        && time.is_none_or(|time| match time.split_at_checked(1) {
            Some((" ", clock)) => is_clock(clock),
            Some((_, clock)) => zoned(clock).is_some_and(is_clock),
            None => false,
        })
}

fn is_day(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let [year, month, day] = parts.as_slice() else {
        return false;
    };
    let year = small(year).filter(|_| year.len() == 4);
    let (Some(year), Some(month), Some(day)) = (year, small(month), small(day)) else {
        return false;
    };
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let longest = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if leap => 29,
        2 => 28,
        _ => return false,
    };
    (1..=longest).contains(&day)
}

/// Takes the zone off a time: `Z`, `+02:00`.
fn zoned(clock: &str) -> Option<&str> {
    if let Some(clock) = clock.strip_suffix('Z') {
        return Some(clock);
    }
    let (clock, zone) = clock.split_at_checked(clock.len().checked_sub(6)?)?;
    let (hours, minutes) = zone.strip_prefix(['+', '-'])?.split_once(':')?;
    (hours.len() == 2 && minutes.len() == 2 && small(hours)? < 24 && small(minutes)? < 60)
        .then_some(clock)
}

fn is_clock(text: &str) -> bool {
    let (clock, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let parts: Vec<Option<u32>> = clock.split(':').map(small).collect();
    let below = |part: &Option<u32>, limit: u32| part.is_some_and(|value| value < limit);
    let [hours, minutes, seconds] = parts.as_slice() else {
        return false;
    };
    below(hours, 24)
        && below(minutes, 60)
        && below(seconds, 60)
        && !fraction.is_empty()
        && fraction.bytes().all(|b| b.is_ascii_digit())
}

/// Reads one to four digits.
fn small(text: &str) -> Option<u32> {
    let fits = (1..=4).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    fits.then(|| text.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Node {
        Node::Text(text.to_owned())
    }

    #[test]
    fn words_of_yaml_1_1_stay_text() {
        for word in ["yes", "no", "on", "off", "y", "N", "TRue", "nil", "None"] {
            assert_eq!(resolve(word), text(word));
        }
    }

    #[test]
    fn numbers_are_numbers_in_every_base() {
        for (written, value) in [
            ("0", 0),
            ("+7", 7),
            ("-12", -12),
            ("0777", 511),
            ("0o17", 15),
            ("0x1F", 31),
            ("0b101", 5),
            ("1_000", 1000),
            ("18446744073709551615", 18_446_744_073_709_551_615),
        ] {
            assert_eq!(
                resolve(written),
                Node::Plain(Plain::Int(value)),
                "{written}"
            );
        }
        for (written, value) in [
            ("3.20", 3.2),
            ("1.10", 1.1),
            (".5", 0.5),
            ("6.", 6.0),
            ("1e3", 1000.0),
            ("-1.5E+2", -150.0),
            ("08", 8.0),
        ] {
            assert_eq!(
                resolve(written),
                Node::Plain(Plain::Float(value)),
                "{written}"
            );
        }
    }

    #[test]
    fn what_only_looks_like_a_number_is_text() {
        for written in [
            "1.2.3", "1:30", "0x", "0xg", "--1", "+", "-", ".", "..", "1e", "e1", "1e400", "1,000",
            "12a", "._5",
        ] {
            assert_eq!(resolve(written), text(written), "{written}");
        }
    }

    #[test]
    fn dates_are_a_kind_of_their_own() {
        for written in [
            "2024-02-29",
            "2024-1-2",
            "2024-01-02T03:04:05Z",
            "2024-01-02t03:04:05.67+02:00",
            "2024-01-02 03:04:05",
        ] {
            assert_eq!(
                resolve(written),
                Node::Plain(Plain::Date(written.to_owned()))
            );
        }
        for written in [
            "2023-02-29",
            "2024-13-01",
            "24-01-02",
            "2024-01-02T03:04:05",
            "2024-01",
        ] {
            assert_eq!(resolve(written), text(written), "{written}");
        }
    }
}
