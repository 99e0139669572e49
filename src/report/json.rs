//! Errors and warnings as JSON, one line each (`docs/errors.md`).

use serde::Serialize;

use crate::diagnostic::{Class, Diagnose, Label};
use crate::run::Warning;

#[derive(Serialize)]
struct Record {
    schema: &'static str,
    code: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    class: Option<&'static str>,
    message: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    causes: Vec<String>,
    help: Option<String>,
    labels: Vec<Place>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related: Vec<Self>,
}

#[derive(Serialize)]
struct Place {
    file: String,
    line: usize,
    column: usize,
    message: String,
}

/// Writes an error as one line of JSON.
pub fn json(facts: &dyn Diagnose) -> String {
    line(&record(facts))
}

/// Writes a warning as one line of JSON.
pub fn warning_json(warning: &Warning) -> String {
    line(&Record {
        schema: "airlock.warning/1",
        code: warning.code.as_str(),
        class: None,
        message: warning.message.clone(),
        causes: Vec::new(),
        help: warning.help.clone(),
        labels: warning.label.iter().map(place).collect(),
        related: Vec::new(),
    })
}

fn record(facts: &dyn Diagnose) -> Record {
    Record {
        schema: "airlock.error/1",
        code: facts.code().as_str(),
        class: Some(class(facts.class())),
        message: facts.to_string(),
        causes: causes(facts),
        help: facts.help(),
        labels: facts.labels().iter().map(place).collect(),
        related: facts.related().into_iter().map(record).collect(),
    }
}

/// Lists the chain of causes, outermost first.
pub(super) fn causes(facts: &dyn Diagnose) -> Vec<String> {
    std::iter::successors(facts.source(), |error| error.source())
        .map(|error| plain(&error.to_string()))
        .collect()
}

/// Takes the number off the operating system's words: `Permission denied (os error 13)`.
fn plain(cause: &str) -> String {
    match cause.split_once(" (os error ") {
        Some((words, _)) => words.to_lowercase(),
        None => cause.to_owned(),
    }
}

fn class(class: Class) -> &'static str {
    match class {
        Class::Gate => "gate",
        Class::Usage => "usage",
        Class::Environment => "environment",
        Class::Verification => "verification",
        Class::Partial => "partial",
        Class::Cancelled => "cancelled",
    }
}

fn place(label: &Label) -> Place {
    let at = label.span.position(label.text.as_bytes());
    Place {
        file: label.file.clone(),
        line: at.line,
        column: at.column,
        message: label.message.clone(),
    }
}

fn line(record: &Record) -> String {
    // Strings, numbers and lists always serialize.
    serde_json::to_string(record).unwrap_or_default()
}
