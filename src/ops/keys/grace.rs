//! How long a key that another took the place of still opens.

use std::str::FromStr;

/// Seconds of an hour.
const HOUR: u64 = 3600;
/// Longest grace: ten years, in hours.
const MOST_HOURS: u64 = 10 * 366 * 24;

/// A number of days or hours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Grace {
    hours: u64,
}

/// A text is no grace.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a number of days or hours, as 30d or 12h, up to ten years")]
pub struct NotAGrace;

impl Grace {
    /// Returns the end of the grace that begins at a time; both in unix seconds.
    pub fn end(self, now: u64) -> u64 {
        now.saturating_add(self.hours.saturating_mul(HOUR))
    }
}

impl FromStr for Grace {
    type Err = NotAGrace;

    fn from_str(text: &str) -> Result<Self, NotAGrace> {
        let (digits, unit) = match (text.strip_suffix('d'), text.strip_suffix('h')) {
            (Some(digits), _) => (digits, 24),
            (None, Some(digits)) => (digits, 1),
            (None, None) if text == "0" => (text, 1),
            (None, None) => return Err(NotAGrace),
        };
        if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(NotAGrace);
        }
        let count: u64 = digits.parse().map_err(|_| NotAGrace)?;
        count
            .checked_mul(unit)
            .filter(|hours| *hours <= MOST_HOURS)
            .map(|hours| Self { hours })
            .ok_or(NotAGrace)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_hours_are_read() {
        for (text, seconds) in [
            ("30d", 30 * 86_400),
            ("12h", 12 * 3600),
            ("0d", 0),
            ("0", 0),
            ("3660d", 3660 * 86_400),
        ] {
            assert_eq!(
                text.parse::<Grace>().map(|grace| grace.end(7)),
                Ok(seconds + 7),
                "{text}"
            );
        }
        for text in [
            "",
            "d",
            "30",
            "-1d",
            "+1d",
            "1.5d",
            "30days",
            "3661d",
            "99999999999999999999d",
        ] {
            assert_eq!(text.parse::<Grace>(), Err(NotAGrace), "{text}");
        }
    }
}
