//! When to try again, and after how long.

use std::time::Duration;

use super::settings::Retries;
use crate::run::Entropy;

/// Returns the wait before the next attempt: doubled each time, between half and whole of that by
/// chance, so that several stations do not come back together.
pub(super) fn backoff(retries: &Retries, failures: u32, entropy: &dyn Entropy) -> Duration {
    let doubled = 1_u32
        .checked_shl(failures.saturating_sub(1))
        .unwrap_or(u32::MAX);
    let longest = retries
        .first_wait
        .saturating_mul(doubled)
        .min(retries.longest_wait);
    let mut byte = [u8::MAX];
    // Without randomness the wait is the whole one: nothing secret hangs on it.
    let chance = entropy.fill(&mut byte).map_or(u8::MAX, |()| byte[0]);
    longest.mul_f64(0.5 + 0.5 * f64::from(chance) / f64::from(u8::MAX))
}

/// From here on a number is a moment in seconds since 1970, as Docker Hub writes it: no wait lasts
/// thirty years.
const MOMENT: u64 = 1_000_000_000;

/// Reads `Retry-After` (RFC 9110 section 10.2.3): seconds, or a date.
pub(super) fn retry_after(value: &str, now: u64) -> Option<Duration> {
    let value = value.trim();
    if let Ok(seconds) = value.parse::<u64>() {
        let wait = match seconds {
            MOMENT.. => seconds.saturating_sub(now),
            wait => wait,
        };
        return Some(Duration::from_secs(wait));
    }
    let date = jiff::fmt::rfc2822::parse(value).ok()?;
    let at = u64::try_from(date.timestamp().as_second()).ok()?;
    Some(Duration::from_secs(at.saturating_sub(now)))
}

/// Tells whether an answer may be another one the next time.
pub(super) fn is_passing(status: u16) -> bool {
    matches!(status, 408 | 429 | 500 | 502 | 503 | 504)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::FixedEntropy;

    #[test]
    fn waits_double_up_to_the_longest() {
        let retries = Retries {
            times: 9,
            first_wait: Duration::from_secs(2),
            longest_wait: Duration::from_secs(10),
        };
        let waits: Vec<Duration> = (1..=5)
            .map(|failures| backoff(&retries, failures, &FixedEntropy::new(255)))
            .collect();
        assert_eq!(waits, [2, 4, 8, 10, 10].map(Duration::from_secs));
        let least = backoff(&retries, 1, &FixedEntropy::new(0));
        assert_eq!(least, Duration::from_secs(1));
        assert_eq!(
            backoff(&retries, u32::MAX, &FixedEntropy::new(255)),
            Duration::from_secs(10)
        );
    }

    #[test]
    fn retry_after_has_two_forms() {
        let now = 784_111_777; // Sun, 06 Nov 1994 08:49:37 GMT
        for (value, seconds) in [
            ("120", Some(120)),
            (" 0 ", Some(0)),
            ("Sun, 06 Nov 1994 08:50:07 GMT", Some(30)),
            ("Sun, 06 Nov 1994 08:00:00 GMT", Some(0)),
            ("999999999", Some(999_999_999)),
            ("1000000000", Some(1_000_000_000 - now)),
            ("soon", None),
            ("-1", None),
            ("", None),
        ] {
            assert_eq!(
                retry_after(value, now),
                seconds.map(Duration::from_secs),
                "{value}"
            );
        }
    }
}
