//! A registry's own words, out of the body of an error.

use serde_json::Value;

use crate::diagnostic::sanitize;

/// How much of an error's body is read, in bytes.
pub(super) const BODY_BYTES: u64 = 64 * 1024;

/// Longest message kept, in characters.
const LONGEST: usize = 200;

/// Finds what the registry says, fit for a terminal; none where it says nothing.
pub(super) fn read(body: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(body);
    // Some stores begin their errors with a byte order mark.
    let text = text.trim_start_matches('\u{feff}').trim();
    let message = match serde_json::from_str(text) {
        Ok(value) => from_json(&value)?,
        Err(_) if text.starts_with('<') => from_markup(text),
        Err(_) => text.to_owned(),
    };
    let message = message.trim().lines().next().unwrap_or("");
    (!message.is_empty()).then(|| sanitize(message, LONGEST))
}

/// Reads the error body of the distribution specification, and what token servers and others write
/// instead.
fn from_json(body: &Value) -> Option<String> {
    let first = body.get("errors").and_then(|errors| errors.get(0));
    first
        .and_then(coded)
        .or_else(|| body.get("error").and_then(coded))
        .or_else(|| {
            ["details", "detail", "error_description", "message", "error"]
                .iter()
                .find_map(|name| text(body.get(name)?))
        })
        .or_else(|| text(body))
}

/// Reads a message with its code.
fn coded(entry: &Value) -> Option<String> {
    let code = entry.get("code").and_then(text);
    let message = entry.get("message").and_then(text);
    let code = code.filter(|code| message.is_none() || code != "UNKNOWN");
    join(message, code)
}

fn join(message: Option<String>, code: Option<String>) -> Option<String> {
    match (message, code) {
        (Some(message), Some(code)) => Some(format!("{message} ({code})")),
        (message, code) => message.or(code),
    }
}

fn text(value: &Value) -> Option<String> {
    let text = match value.as_str() {
        Some(text) => text.to_owned(),
        None => value.as_u64()?.to_string(),
    };
    (!text.is_empty()).then_some(text)
}

/// Reads a web page, or the error of an object store in XML. Of the latter only message and code: it
/// repeats what it was sent.
fn from_markup(markup: &str) -> String {
    let element = |name| element(markup, name);
    let lower = markup.to_ascii_lowercase();
    let is_page = lower.contains("<html") || lower.contains("<!doctype");
    if !is_page && let Some(found) = join(element("message"), element("code")) {
        return found;
    }
    match element("title") {
        Some(title) => format!("a web page titled \"{title}\""),
        None => "a web page".to_owned(),
    }
}

/// Finds the first line of an element without attributes, whatever the case of its name.
fn element(markup: &str, name: &str) -> Option<String> {
    let lower = markup.to_ascii_lowercase();
    let (before, rest) = lower.split_once(&format!("<{name}>"))?;
    let (inner, _) = rest.split_once(&format!("</{name}>"))?;
    let start = before.len().checked_add(name.len())?.checked_add(2)?;
    let inner = markup.get(start..start.checked_add(inner.len())?)?;
    let line = inner.trim().lines().next()?.trim();
    (!line.is_empty()).then(|| line.to_owned())
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
            (
                "<HTML>\n<TITLE>\n403 Forbidden\n</TITLE><message>x</message></HTML>",
                Some("a web page titled \"403 Forbidden\""),
            ),
            (
                "<?xml version=\"1.0\"?><Error><Code>AccessDenied</Code><Message>Request has expired\
                 </Message><ArgumentValue>Bearer x</ArgumentValue></Error>",
                Some("Request has expired (AccessDenied)"),
            ),
            (
                "\u{feff}<?xml version=\"1.0\"?><Error><Code>AuthenticationFailed</Code>\
                 <Message>Server failed to authenticate.\nRequestId:1</Message></Error>",
                Some("Server failed to authenticate. (AuthenticationFailed)"),
            ),
            (r#"{"errors":[{"status":404,"message":"no"}]}"#, Some("no")),
            (
                r#"{"errors":[{"code":404,"message":"no"}]}"#,
                Some("no (404)"),
            ),
            (
                r#"{"errors":[{"code":"UNKNOWN","message":"no"}]}"#,
                Some("no"),
            ),
            (r#"{"errors":[{"code":"UNKNOWN"}]}"#, Some("UNKNOWN")),
            (r#"{"error":"invalid_grant"}"#, Some("invalid_grant")),
            (
                r#"{"error":"x","error_description":"the token has expired"}"#,
                Some("the token has expired"),
            ),
            (r#"{"error":{"code":403,"message":"no"}}"#, Some("no (403)")),
            (
                r#"{"message":"404 Project Not Found"}"#,
                Some("404 Project Not Found"),
            ),
            (r#""no""#, Some("no")),
            ("[]", None),
            (
                "Too Many Requests (HAP429).\n",
                Some("Too Many Requests (HAP429)."),
            ),
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
