//! A registry's own words, out of the body of an error.

use serde::Deserialize;

use crate::diagnostic::sanitize;

/// How much of an error's body is read, in bytes.
pub(super) const BODY_BYTES: u64 = 64 * 1024;

/// Longest message kept, in characters.
const LONGEST: usize = 200;

/// The error body of the distribution specification.
#[derive(Deserialize)]
struct Body {
    #[serde(default)]
    errors: Vec<Entry>,
    /// What token servers write instead.
    #[serde(default)]
    details: Option<String>,
    #[serde(default)]
    error_description: Option<String>,
    #[serde(default)]
    message: Option<String>,
}

#[derive(Deserialize)]
struct Entry {
    #[serde(default)]
    code: Option<String>,
    #[serde(default)]
    message: Option<String>,
}

/// Finds what the registry says, fit for a terminal; none where it says nothing.
pub(super) fn read(body: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(body);
    let text = text.trim();
    let message = match serde_json::from_slice::<Body>(body) {
        Ok(body) => from_json(body)?,
        Err(_) if text.starts_with('<') => from_page(text),
        Err(_) => text.lines().next().unwrap_or("").to_owned(),
    };
    let message = message.trim();
    (!message.is_empty()).then(|| sanitize(message, LONGEST))
}

fn from_json(body: Body) -> Option<String> {
    let first = body.errors.into_iter().next();
    match first {
        Some(Entry {
            code,
            message: Some(message),
        }) if !message.is_empty() => Some(match code {
            Some(code) if code != "UNKNOWN" => format!("{message} ({code})"),
            _ => message,
        }),
        Some(Entry {
            code: Some(code), ..
        }) => Some(code),
        _ => body.details.or(body.error_description).or(body.message),
    }
}

fn from_page(text: &str) -> String {
    let title = text
        .split_once("<title>")
        .and_then(|(_, rest)| rest.split_once("</title>"))
        .map(|(title, _)| title.trim());
    match title {
        Some(title) => format!("a web page titled \"{title}\""),
        None => "a web page".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_are_found() {
        for (body, message) in [
            (
                r#"{"errors":[{"code":"MANIFEST_UNKNOWN","message":"manifest unknown","detail":{"x":1}}]}"#,
                Some("manifest unknown (MANIFEST_UNKNOWN)"),
            ),
            (r#"{"errors":[{"code":"DENIED"}]}"#, Some("DENIED")),
            (
                r#"{"details":"incorrect username or password"}"#,
                Some("incorrect username or password"),
            ),
            (r#"{"errors":[]}"#, None),
            (
                "<html><title>Sign in</title>",
                Some("a web page titled \"Sign in\""),
            ),
            ("<!doctype html>", Some("a web page")),
            ("upstream timed out\nline two", Some("upstream timed out")),
            ("", None),
            (" \n", None),
        ] {
            assert_eq!(read(body.as_bytes()).as_deref(), message, "{body}");
        }
    }

    #[test]
    fn they_are_shortened_and_tamed() {
        let long = read("x".repeat(5000).as_bytes()).unwrap();
        assert_eq!(long.chars().count(), LONGEST + 1);
        let tricky = read(b"\x1b[2Jgone \xff").unwrap();
        assert!(!tricky.contains('\u{1b}'));
    }
}
