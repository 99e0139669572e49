//! SARIF 2.1.0 (OASIS), as code scanning reads it.

use serde_json::{Value, json};

use super::{Sheet, words};
use crate::diagnostic::{Finding, Level, Place, Rule};

/// The schema that the file keeps.
const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";
/// The folder that all names of files start from.
const ROOT: &str = "%SRCROOT%";
/// The name of our fingerprints; a later way to make them gets another number.
const FINGERPRINT: &str = "airlock/v1";

/// Writes the result of a gate as SARIF.
pub fn sarif(sheet: &Sheet<'_>) -> String {
    let results: Vec<Value> = sheet.findings.iter().map(|f| result(f, sheet)).collect();
    let rules: Vec<Value> = sheet.rules.iter().map(rule).collect();
    let log = json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "airlock",
                "version": sheet.version,
                "rules": rules,
            }},
            "columnKind": "unicodeCodePoints",
            "invocations": [invocation(sheet)],
            "results": results,
        }],
    });
    // Strings, numbers and lists always serialize.
    serde_json::to_string_pretty(&log).unwrap_or_default() + "\n"
}

/// How the run ended: findings are a success, what kept the gate from looking is none.
fn invocation(sheet: &Sheet<'_>) -> Value {
    let Some(facts) = sheet.failure else {
        return json!({ "executionSuccessful": true });
    };
    json!({
        "executionSuccessful": false,
        "toolExecutionNotifications": [{
            "level": Level::Error.name(),
            "descriptor": { "id": facts.code().as_str() },
            "message": { "text": plain(&facts.to_string()) },
        }],
    })
}

fn rule(rule: &Rule) -> Value {
    json!({
        "id": rule.code.as_str(),
        "shortDescription": { "text": rule.summary },
        "fullDescription": { "text": format!("{}. {}", rule.summary, rule.help) },
        "help": { "text": rule.help },
        "defaultConfiguration": { "level": Level::Error.name() },
    })
}

fn result(finding: &Finding, sheet: &Sheet<'_>) -> Value {
    let mut text = finding.message.clone();
    if let Some(places) = words::elsewhere(finding) {
        text.push_str("; ");
        text.push_str(&places);
    }
    text.extend([". Run: ", &finding.fix]);
    let locations: Vec<Value> = finding.places.iter().take(1).map(location).collect();
    let mut result = json!({
        "ruleId": finding.code.as_str(),
        "level": finding.level.name(),
        "message": { "text": plain(&text) },
        "locations": locations,
        "partialFingerprints": { FINGERPRINT: finding.fingerprint },
    });
    let index = sheet
        .rules
        .iter()
        .position(|rule| rule.code == finding.code);
    let related: Vec<Value> = finding.places.iter().skip(1).map(location).collect();
    if let Some(object) = result.as_object_mut() {
        if let Some(index) = index {
            object.insert("ruleIndex".to_owned(), json!(index));
        }
        if !related.is_empty() {
            object.insert("relatedLocations".to_owned(), json!(related));
        }
    }
    result
}

fn location(place: &Place) -> Value {
    let mut physical = json!({ "artifactLocation": artifact(&place.file) });
    let is_marked = place.line > 0 && place.column > 0 && place.length > 0;
    let known = [
        ("startLine", place.line, true),
        ("startColumn", place.column, place.line > 0),
        ("endLine", place.line, is_marked),
        (
            "endColumn",
            place.column.saturating_add(place.length),
            is_marked,
        ),
    ];
    let region = known
        .into_iter()
        .filter(|(_, number, known)| *known && *number > 0);
    let region = region.map(|(name, number, _)| (name.to_owned(), json!(number)));
    let region: serde_json::Map<String, Value> = region.collect();
    if let Some(object) = physical.as_object_mut()
        && !region.is_empty()
    {
        object.insert("region".to_owned(), Value::Object(region));
    }
    json!({ "physicalLocation": physical })
}

/// Names a file: from the folder of the sources, or wholly where it lies elsewhere; then it has no
/// base (section 3.4.4).
fn artifact(file: &str) -> Value {
    if file.starts_with('/') {
        json!({ "uri": format!("file://{}", uri(file)) })
    } else {
        json!({ "uri": uri(file), "uriBaseId": ROOT })
    }
}

/// Takes every meaning from a text: brackets make links (section 3.11.6), braces stand for arguments
/// (section 3.11.5).
fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\\' | '[' | ']' => out.extend(['\\', c]),
            '{' | '}' => out.extend([c, c]),
            c => out.push(c),
        }
    }
    out
}

/// Writes a path as a relative URI (RFC 3986): what is not unreserved is escaped.
fn uri(path: &str) -> String {
    path.bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                char::from(byte).to_string()
            }
            other => format!("%{other:02X}"),
        })
        .collect::<Vec<_>>()
        .concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_makes_neither_links_nor_arguments() {
        assert_eq!(plain(r"a[b](c) {0} \d"), r"a\[b\](c) {{0}} \\d");
    }

    #[test]
    fn a_path_becomes_a_uri() {
        assert_eq!(uri("a/b c:ü.yaml"), "a/b%20c%3A%C3%BC.yaml");
        assert_eq!(
            [artifact("a b"), artifact("/a b")],
            [
                json!({ "uri": "a%20b", "uriBaseId": ROOT }),
                json!({ "uri": "file:///a%20b" })
            ]
        );
    }
}
