//! As data (`docs/check.schema.json`).

use std::collections::BTreeMap;

use serde::Serialize;

use super::{Sheet, diff};
use crate::diagnostic::{Fact, Finding, Level, Place};

#[derive(Serialize)]
struct Report<'a> {
    schema: &'static str,
    lockfile: &'a str,
    passed: bool,
    complete: bool,
    errors: usize,
    warnings: usize,
    findings: Vec<Record<'a>>,
    fix: Vec<&'a str>,
}

#[derive(Serialize)]
struct Record<'a> {
    code: &'static str,
    level: &'static str,
    about: &'static str,
    message: &'a str,
    fix: &'a str,
    facts: BTreeMap<&'static str, Value<'a>>,
    places: Vec<Spot<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    diff: Option<String>,
    fingerprint: &'a str,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Value<'a> {
    Text(&'a str),
    List(&'a [String]),
}

#[derive(Serialize)]
struct Spot<'a> {
    file: &'a str,
    #[serde(skip_serializing_if = "is_unknown")]
    line: usize,
    #[serde(skip_serializing_if = "is_unknown")]
    column: usize,
    #[serde(skip_serializing_if = "is_unknown")]
    length: usize,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for it")]
fn is_unknown(number: &usize) -> bool {
    *number == 0
}

/// Writes the result of a gate as JSON.
pub fn json(sheet: &Sheet<'_>) -> String {
    let report = Report {
        schema: "airlock.check/1",
        lockfile: sheet.lockfile,
        passed: sheet.passed(),
        complete: sheet.complete,
        errors: sheet.count(Level::Error),
        warnings: sheet.count(Level::Warning),
        findings: sheet.findings.iter().map(record).collect(),
        fix: sheet.fixes(),
    };
    // Strings, numbers and lists always serialize.
    serde_json::to_string_pretty(&report).unwrap_or_default() + "\n"
}

fn record(finding: &Finding) -> Record<'_> {
    let facts = finding.facts.iter().map(|(name, fact)| {
        let value = match fact {
            Fact::Text(text) => Value::Text(text),
            Fact::List(list) => Value::List(list),
        };
        (*name, value)
    });
    Record {
        code: finding.code.as_str(),
        level: finding.level.name(),
        about: finding.about.name(),
        message: &finding.message,
        fix: &finding.fix,
        facts: facts.collect(),
        places: finding.places.iter().map(spot).collect(),
        diff: finding.change.as_ref().map(diff::unified),
        fingerprint: &finding.fingerprint,
    }
}

fn spot(place: &Place) -> Spot<'_> {
    Spot {
        file: &place.file,
        line: place.line,
        column: place.column,
        length: place.length,
    }
}
