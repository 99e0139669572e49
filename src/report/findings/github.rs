//! Annotations of GitHub Actions: one workflow command a line on standard output.

use super::{Sheet, words};
use crate::diagnostic::{Diagnose, Finding, Place, sanitize};

/// Longest text that is taken over, in characters.
const SHOWN: usize = 4000;

/// Writes the result of a gate as workflow commands.
pub fn github(sheet: &Sheet<'_>) -> String {
    sheet.findings.iter().map(line).collect()
}

fn line(finding: &Finding) -> String {
    let mut properties = Vec::new();
    if let Some(place) = finding.places.first() {
        properties.push(format!("file={}", property(&place.file)));
        if place.line > 0 {
            properties.push(format!("line={}", place.line));
        }
        if place.column > 0 {
            properties.push(format!("col={}", place.column));
        }
        if place.length > 0 {
            let end = place.column.saturating_add(place.length);
            properties.push(format!("endColumn={end}"));
        }
    }
    properties.push(format!("title={}", property(finding.code.as_str())));
    let mut text = sanitize(&finding.message, SHOWN);
    if let Some(places) = words::elsewhere(finding) {
        text.push('\n');
        text.push_str(&sanitize(&places, SHOWN));
    }
    text.push_str("\nrun: ");
    text.push_str(&sanitize(&finding.fix, SHOWN));
    format!(
        "::{} {}::{}\n",
        finding.level.name(),
        properties.join(","),
        data(&text)
    )
}

/// Writes an error that kept the gate from being run as a workflow command.
pub fn github_failure(facts: &dyn Diagnose) -> String {
    let place = facts.labels().into_iter().next().map(|label| {
        let at = Place::of_span(&label.file, label.text.as_bytes(), label.span);
        format!(
            "file={},line={},col={},",
            property(&at.file),
            at.line,
            at.column
        )
    });
    let mut text = sanitize(&facts.to_string(), SHOWN);
    if let Some(help) = facts.help() {
        text.extend(["\n", &sanitize(&help, SHOWN)]);
    }
    format!(
        "::error {}title={}::{}\n",
        place.unwrap_or_default(),
        property(facts.code().as_str()),
        data(&text)
    )
}

/// Escapes the message of a command: it ends at a line end, and `%` begins an escape.
fn data(text: &str) -> String {
    text.replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

/// Escapes a property: it also ends at `,`, and the list of them at `::`.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_text_ends_the_command() {
        assert_eq!(data("100% a\r\nb: c, d"), "100%25 a%0D%0Ab: c, d");
        assert_eq!(property("a:b,c%\r\n"), "a%3Ab%2Cc%25%0D%0A");
    }
}
