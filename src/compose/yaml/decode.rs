//! Bytes → text: UTF-8 or UTF-16 by its mark, without control characters.

use std::sync::Arc;

use super::super::error::Problem;
use super::super::{ComposeError, Place};

/// Reads the bytes of a YAML file as text, without a byte order mark.
///
/// YAML 1.2.2, sections 5.1 and 5.2: printable characters, and UTF-16 where a mark says so.
pub(crate) fn decode(bytes: &[u8], file: &Arc<str>) -> Result<String, ComposeError> {
    let text = match bytes {
        [0xff, 0xfe, rest @ ..] => utf16(rest, u16::from_le_bytes),
        [0xfe, 0xff, rest @ ..] => utf16(rest, u16::from_be_bytes),
        [0xef, 0xbb, 0xbf, rest @ ..] => String::from_utf8(rest.to_vec()).ok(),
        _ => String::from_utf8(bytes.to_vec()).ok(),
    };
    let start = Place {
        file: file.clone(),
        line: 1,
        column: 1,
    };
    let text =
        text.ok_or_else(|| Problem::Yaml("the text is not valid Unicode".to_owned()).at(&start))?;
    match text.chars().position(|c| !is_printable(c)) {
        None => Ok(text),
        Some(index) => Err(
            Problem::Yaml("control characters are not allowed".to_owned())
                .at(&place_of(&text, index, file)),
        ),
    }
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Option<String> {
    let (pairs, rest) = bytes.as_chunks::<2>();
    if !rest.is_empty() {
        return None;
    }
    char::decode_utf16(pairs.iter().map(|pair| unit(*pair)))
        .collect::<Result<_, _>>()
        .ok()
}

fn is_printable(c: char) -> bool {
    matches!(
        c,
        '\t' | '\n' | '\r' | ' '..='~' | '\u{85}' | '\u{a0}'..='\u{d7ff}'
            | '\u{e000}'..='\u{fffd}' | '\u{10000}'..
    )
}

fn place_of(text: &str, index: usize, file: &Arc<str>) -> Place {
    let mut line: u32 = 1;
    let mut column: u32 = 1;
    for c in text.chars().take(index) {
        if c == '\n' {
            line = line.saturating_add(1);
            column = 1;
        } else {
            column = column.saturating_add(1);
        }
    }
    Place {
        file: file.clone(),
        line,
        column,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_understood_and_taken_away() {
        let file: Arc<str> = "f".into();
        for bytes in [
            b"a: \xc3\xa4".as_slice(),
            b"\xef\xbb\xbfa: \xc3\xa4",
            b"\xff\xfea\0:\0 \0\xe4\0",
            b"\xfe\xff\0a\0:\0 \0\xe4",
        ] {
            assert_eq!(decode(bytes, &file).unwrap(), "a: ä");
        }
    }

    #[test]
    fn what_is_no_text_is_refused_with_its_place() {
        let file: Arc<str> = "f".into();
        for (bytes, place) in [
            (b"a\xff".as_slice(), "f:1:1"),
            (b"\xff\xfea", "f:1:1"),
            (b"a\nb: \0", "f:2:4"),
            (b"a\x7f", "f:1:2"),
        ] {
            let error = decode(bytes, &file).unwrap_err();
            assert_eq!(error.place().unwrap().to_string(), place);
            assert_eq!(error.class_name(), "yaml_syntax");
        }
    }
}
