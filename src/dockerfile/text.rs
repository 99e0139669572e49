//! Bytes of a file as text: what is not UTF-8 is shown as U+FFFD, one for each wrong byte.

use std::borrow::Cow;

/// Shows bytes as text.
pub(crate) fn lossy(bytes: &[u8]) -> Cow<'_, str> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => Cow::Owned(repaired(bytes)),
    }
}

fn repaired(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        out.push_str(chunk.valid());
        out.extend(chunk.invalid().iter().map(|_| char::REPLACEMENT_CHARACTER));
    }
    out
}

/// Turns a name into lower case as Go does: each character by itself, into one character.
///
/// So the dotted capital İ becomes a plain i, and the Kelvin sign a k.
pub(crate) fn lower(text: &str) -> String {
    let one = |c: char| c.to_lowercase().next().unwrap_or(c);
    text.chars().map(one).collect()
}

/// Puts U+FFFD in the place of each half of a surrogate pair that is escaped alone in a JSON text, as
/// Go's parser does, which refuses nothing there.
pub(crate) fn mend_surrogates(json: &str) -> Cow<'_, str> {
    let mut out = String::new();
    let mut rest = json;
    while let Some((before, escaped)) = rest.split_once('\\') {
        out.push_str(before);
        let kept = match (surrogate(escaped), second_half(escaped)) {
            (Some(0xd800..=0xdbff), Some(_)) => "u0000\\u0000".len(),
            (Some(_), _) => {
                out.push_str("\\ufffd");
                rest = escaped.get("u0000".len()..).unwrap_or_default();
                continue;
            }
            (None, _) => escaped.chars().next().map_or(0, char::len_utf8),
        };
        let (escape, after) = escaped.split_at_checked(kept).unwrap_or((escaped, ""));
        out.push('\\');
        out.push_str(escape);
        rest = after;
    }
    if out.is_empty() {
        return Cow::Borrowed(json);
    }
    out.push_str(rest);
    Cow::Owned(out)
}

/// Reads `uXXXX`, if it is half of a pair.
fn surrogate(escape: &str) -> Option<u32> {
    let digits = escape.strip_prefix('u')?.get(..4)?;
    let unit = u32::from_str_radix(digits, 16).ok()?;
    Some(unit).filter(|unit| (0xd800..=0xdfff).contains(unit))
}

/// Reads the second half behind `uXXXX`.
fn second_half(escape: &str) -> Option<u32> {
    let next = escape.get("u0000".len()..)?.strip_prefix('\\')?;
    surrogate(next).filter(|unit| *unit >= 0xdc00)
}

/// The characters that separate arguments: not the same as white space.
pub(crate) fn is_separator(byte: u8) -> bool {
    matches!(byte, b'\t' | 0x0b | 0x0c | b'\r' | b' ')
}

/// The white space of Go's regular expressions.
pub(crate) fn is_blank(byte: u8) -> bool {
    matches!(byte, b'\t' | b'\n' | 0x0c | b'\r' | b' ')
}

/// Removes blanks from the beginning.
pub(crate) fn skip_blanks(bytes: &[u8]) -> &[u8] {
    let start = bytes.iter().position(|b| !is_blank(*b));
    bytes
        .get(start.unwrap_or(bytes.len())..)
        .unwrap_or_default()
}

/// Tells whether a byte, taken for a Latin-1 character, is white space.
pub(crate) fn is_space_byte(byte: u8) -> bool {
    char::from(byte).is_whitespace()
}

/// Removes white space, of whatever script, from the beginning.
pub(crate) fn trim_start(mut bytes: &[u8]) -> &[u8] {
    while let Some(width) = first_space(bytes) {
        bytes = bytes.get(width..).unwrap_or_default();
    }
    bytes
}

/// Removes white space, of whatever script, from the end.
pub(crate) fn trim_end(mut bytes: &[u8]) -> &[u8] {
    while let Some(width) = last_space(bytes) {
        let end = bytes.len().saturating_sub(width);
        bytes = bytes.get(..end).unwrap_or_default();
    }
    bytes
}

/// Returns how many bytes the white space at the beginning has.
fn first_space(bytes: &[u8]) -> Option<usize> {
    let first = *bytes.first()?;
    if first.is_ascii() {
        return char::from(first).is_whitespace().then_some(1);
    }
    (2..=3).find(|&width| bytes.get(..width).is_some_and(is_space))
}

fn last_space(bytes: &[u8]) -> Option<usize> {
    let last = *bytes.last()?;
    if last.is_ascii() {
        return char::from(last).is_whitespace().then_some(1);
    }
    (2..=3).find(|&width| {
        let start = bytes.len().checked_sub(width);
        start
            .and_then(|start| bytes.get(start..))
            .is_some_and(is_space)
    })
}

fn is_space(bytes: &[u8]) -> bool {
    std::str::from_utf8(bytes).is_ok_and(|text| {
        let mut chars = text.chars();
        chars.next().is_some_and(char::is_whitespace) && chars.next().is_none()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_wrong_byte_is_shown() {
        assert_eq!(lossy(b"a\xffb"), "a\u{fffd}b");
        assert_eq!(lossy(b"\xe2\x82"), "\u{fffd}\u{fffd}");
        assert_eq!(lossy("ä".as_bytes()), "ä");
    }

    #[test]
    fn lower_case_is_one_character_for_each() {
        for (text, expected) in [
            ("A-b_C", "a-b_c"),
            ("\u{130}\u{212a}", "ik"),
            ("\u{17f}", "\u{17f}"),
            ("ΑΣ", "ασ"),
        ] {
            assert_eq!(lower(text), expected, "{text}");
        }
    }

    #[test]
    fn half_a_pair_is_mended() {
        for (json, expected) in [
            ("[\"a\"]", "[\"a\"]"),
            ("\\ud83d\\ude00x", "\\ud83d\\ude00x"),
            ("a\\ud800b", "a\\ufffdb"),
            ("\\udc00\\ud800", "\\ufffd\\ufffd"),
            ("\\ud800\\ud83d\\ude00", "\\ufffd\\ud83d\\ude00"),
            ("\\\\ud800", "\\\\ud800"),
            ("\\ud80", "\\ud80"),
            ("\\", "\\"),
            ("\\é\\n", "\\é\\n"),
        ] {
            assert_eq!(mend_surrogates(json), expected, "{json}");
        }
    }

    #[test]
    fn white_space_of_any_script_is_trimmed_at_both_ends() {
        let text = "\u{a0}\u{3000} \ta b\u{2003}\r\n".as_bytes();
        assert_eq!(trim_end(trim_start(text)), b"a b");
        assert_eq!(trim_start(b"\xa0a"), b"\xa0a");
        assert_eq!(trim_end(b"a\x85"), b"a\x85");
    }
}
