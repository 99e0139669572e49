//! Lines and values of the canonical text.

use std::collections::BTreeMap;
use std::fmt::{Display, Write as _};

use crate::{Blob, Descriptor};

/// Writes `key = value`.
pub(super) fn line(out: &mut String, key: &str, value: &str) {
    out.push_str(key);
    out.push_str(" = ");
    out.push_str(value);
    out.push('\n');
}

/// Writes an array of texts on one line, or nothing when it is empty.
pub(super) fn words<T: Display>(out: &mut String, key: &str, values: &[T]) {
    if values.is_empty() {
        return;
    }
    let quoted: Vec<String> = values
        .iter()
        .map(|value| quoted(&value.to_string()))
        .collect();
    line(out, key, &format!("[{}]", quoted.join(", ")));
}

/// Writes an inline table of texts, or nothing when it is empty.
pub(super) fn texts(out: &mut String, key: &str, values: &BTreeMap<String, String>) {
    if values.is_empty() {
        return;
    }
    let entries: Vec<String> = values
        .iter()
        .map(|(name, value)| format!("{} = {}", bare_or_quoted(name), quoted(value)))
        .collect();
    line(out, key, &format!("{{ {} }}", entries.join(", ")));
}

/// Returns a blob as an inline table.
pub(super) fn blob(blob: &Blob) -> String {
    format!("{{ digest = \"{}\", size = {} }}", blob.digest, blob.size)
}

/// Returns a descriptor as an inline table.
pub(super) fn descriptor(descriptor: &Descriptor) -> String {
    let media_type = quoted(descriptor.media_type.as_str());
    let Descriptor { digest, size, .. } = descriptor;
    format!("{{ digest = \"{digest}\", media-type = {media_type}, size = {size} }}")
}

/// Returns an integer in decimal.
pub(super) fn integer(value: u64) -> String {
    value.to_string()
}

fn bare_or_quoted(key: &str) -> String {
    let bare = |b: u8| b.is_ascii_alphanumeric() || b == b'_' || b == b'-';
    if !key.is_empty() && key.bytes().all(bare) {
        key.to_owned()
    } else {
        quoted(key)
    }
}

/// Returns a text as a TOML basic string, in its one form.
pub(super) fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len().saturating_add(2));
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\u{8}' => out.push_str("\\b"),
            '\t' => out.push_str("\\t"),
            '\n' => out.push_str("\\n"),
            '\u{c}' => out.push_str("\\f"),
            '\r' => out.push_str("\\r"),
            '\0'..='\u{1f}' | '\u{7f}' => {
                write!(out, "\\u{:04X}", u32::from(c)).expect("writing to a string does not fail");
            }
            other => out.push(other),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_text_has_one_quoted_form() {
        for (text, form) in [
            ("a", r#""a""#),
            ("", r#""""#),
            ("a\"b\\", r#""a\"b\\""#),
            ("\u{8}\t\n\u{c}\r", r#""\b\t\n\f\r""#),
            ("\0\u{1f}\u{7f}", r#""\u0000\u001F\u007F""#),
            ("é \u{85}", "\"é \u{85}\""),
        ] {
            assert_eq!(quoted(text), form);
        }
    }

    #[test]
    fn keys_are_bare_where_they_can_be() {
        for (key, form) in [
            ("A-b_1", "A-b_1"),
            ("a.b", "\"a.b\""),
            ("", "\"\""),
            ("ä", "\"ä\""),
        ] {
            assert_eq!(bare_or_quoted(key), form);
        }
    }
}
