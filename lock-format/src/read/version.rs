//! The version of a lock, read before anything else and without a TOML parser.

use crate::error::Fault;
use crate::{Problem, Span};

/// Checks the first statement of the text: `version = 1`.
///
/// A lock of a later version is told from a broken one even if the rest is no TOML of ours.
pub(super) fn check_version(text: &str) -> Result<(), Fault> {
    let (line, start) = first_statement(text);
    let span = Span::new(start, start.saturating_add(line.len()));
    let number = line
        .strip_prefix("version")
        .and_then(|rest| rest.trim_start().strip_prefix('='))
        .map(|rest| rest.split('#').next().unwrap_or(rest).trim())
        .filter(|number| !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit()));
    match number.map(|number| number.trim_start_matches('0')) {
        Some("1") => Ok(()),
        Some(newer) if !newer.is_empty() => {
            let shown: String = newer.chars().take(20).collect();
            Err(Fault::new(Problem::NewerVersion(shown), span))
        }
        _ => Err(Fault::new(Problem::NoVersion, span)),
    }
}

/// Returns the first line that is neither empty nor a comment, without the space around it.
fn first_statement(text: &str) -> (&str, usize) {
    let mut start: usize = 0;
    for line in text.split_inclusive('\n') {
        let body = line.trim();
        if !body.is_empty() && !body.starts_with('#') {
            let indent = line.len().saturating_sub(line.trim_start().len());
            return (body, start.saturating_add(indent));
        }
        start = start.saturating_add(line.len());
    }
    ("", start)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(text: &str) -> &'static str {
        match check_version(text).map_err(|fault| fault.within(text.as_bytes())) {
            Ok(()) => "known",
            Err(error) if error.is_newer() => "newer",
            Err(_) => "broken",
        }
    }

    #[test]
    fn a_newer_lock_is_told_from_a_broken_one() {
        for (text, expected) in [
            ("version = 1", "known"),
            ("# note\r\n\r\n  version=1 # yes\r\n", "known"),
            ("version = 2\n{ no toml", "newer"),
            ("version = 99999999999999999999999999\n", "newer"),
            ("version = 0", "broken"),
            ("version = -1", "broken"),
            ("version = \"1\"", "broken"),
            ("version = ", "broken"),
            ("[[source]]\nversion = 2", "broken"),
            ("", "broken"),
            ("# only a comment", "broken"),
        ] {
            assert_eq!(kind(text), expected, "{text:?}");
        }
    }
}
