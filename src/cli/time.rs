//! Times for people.

use jiff::Timestamp;

/// Writes Unix seconds as RFC 3339 in UTC; nothing where no calendar has them.
pub(crate) fn time(seconds: u64) -> String {
    i64::try_from(seconds)
        .ok()
        .and_then(|seconds| Timestamp::from_second(seconds).ok())
        .map_or_else(String::new, |time| time.to_string())
}
