//! Sentences that several forms share.

use super::Sheet;
use crate::diagnostic::{Finding, Level, Place};
use crate::report::counted;

/// How many further places of a finding are named.
const PLACES: usize = 5;

/// Says how the gate ended.
pub(super) fn verdict(sheet: &Sheet<'_>) -> String {
    let (errors, warnings) = (sheet.count(Level::Error), sheet.count(Level::Warning));
    let lockfile = sheet.lockfile;
    match (errors, warnings) {
        (0, 0) => format!("{lockfile} says what the sources need"),
        (0, _) => format!(
            "{lockfile} says what the sources need, with {}",
            counted(warnings, "warning")
        ),
        (_, 0) => format!("{lockfile} has drifted: {}", counted(errors, "finding")),
        (_, _) => format!(
            "{lockfile} has drifted: {}, and {}",
            counted(errors, "finding"),
            counted(warnings, "warning")
        ),
    }
}

/// Names the places of a finding beyond the first; none where there is no other.
pub(super) fn elsewhere(finding: &Finding) -> Option<String> {
    let others: Vec<&Place> = finding.places.iter().skip(1).collect();
    let named: Vec<String> = others
        .iter()
        .take(PLACES)
        .map(ToString::to_string)
        .collect();
    let more = others.len().saturating_sub(PLACES);
    match (named.is_empty(), more) {
        (true, _) => None,
        (false, 0) => Some(format!("also at {}", named.join(", "))),
        (false, more) => Some(format!("also at {} and {more} more", named.join(", "))),
    }
}
