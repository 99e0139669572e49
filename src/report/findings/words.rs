//! Sentences that several forms share.

use super::Sheet;
use crate::diagnostic::{About, Finding, Place, sanitize};
use crate::report::counted;

/// How many further places of a finding are named.
const PLACES: usize = 5;
/// Longest name of a file that is shown, in characters.
const NAME: usize = 300;

/// Says how the gate ended, moved tags apart from drift.
pub(super) fn verdict(sheet: &Sheet<'_>) -> String {
    let lockfile = sanitize(sheet.lockfile, NAME);
    let mut said = match sheet.count_about(About::Sources) {
        0 => format!("{lockfile} says what the sources need"),
        drift => format!("{lockfile} has drifted: {}", counted(drift, "finding")),
    };
    let moved = sheet.count_about(About::Registry);
    if moved > 0 {
        said.extend(["; ", &counted(moved, "finding"), " about moved tags"]);
    }
    if !sheet.complete {
        said.push_str("; not every registry could be asked");
    }
    said
}

/// Names the places of a finding beyond the first; none where there is no other.
pub(super) fn elsewhere(finding: &Finding) -> Option<String> {
    let others: Vec<&Place> = finding.places.iter().skip(1).collect();
    let named = others.iter().take(PLACES);
    let named: Vec<String> = named
        .map(|place| sanitize(&place.to_string(), NAME))
        .collect();
    let more = others.len().saturating_sub(PLACES);
    match (named.is_empty(), more) {
        (true, _) => None,
        (false, 0) => Some(format!("also at {}", named.join(", "))),
        (false, more) => Some(format!("also at {} and {more} more", named.join(", "))),
    }
}
