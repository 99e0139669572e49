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

/// The characters that separate arguments: not the same as white space.
pub(crate) fn is_separator(byte: u8) -> bool {
    matches!(byte, b'\t' | 0x0b | 0x0c | b'\r' | b' ')
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
    fn white_space_of_any_script_is_trimmed_at_both_ends() {
        let text = "\u{a0}\u{3000} \ta b\u{2003}\r\n".as_bytes();
        assert_eq!(trim_end(trim_start(text)), b"a b");
        assert_eq!(trim_start(b"\xa0a"), b"\xa0a");
        assert_eq!(trim_end(b"a\x85"), b"a\x85");
    }
}
