//! Arguments: words with their quotes, words between separators, JSON arrays of strings.

use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, Visitor};

use crate::dockerfile::text::{is_separator, lossy, mend_surrogates};

use super::logical::Piece;

/// Splits at white space outside quotes; quotes and escapes stay.
pub(super) fn quoted_words(line: Piece<'_>, escape: u8) -> Vec<(String, Piece<'_>)> {
    let text = lossy(line.bytes);
    let escape = char::from(escape);
    let mut words = Vec::with_capacity(1);
    let mut word = String::with_capacity(text.len().min(80));
    let mut quote: Option<char> = None;
    let mut blank_counts = false;
    let mut start = None;
    let mut chars = text.char_indices();
    while let Some((at, c)) = chars.next() {
        if quote.is_none() && c.is_whitespace() {
            if blank_counts || !word.is_empty() {
                let from = start.unwrap_or(at);
                words.push((std::mem::take(&mut word), line.part(from, at)));
            }
            (blank_counts, start) = (false, None);
            continue;
        }
        start = start.or(Some(at));
        match quote {
            None if c == '\'' || c == '"' => {
                blank_counts = true;
                quote = Some(c);
            }
            Some(open) if c == open => quote = None,
            _ => {}
        }
        if c == escape && quote != Some('\'') {
            // An escape at the end is dropped, elsewhere it stays with what it escapes.
            match chars.next() {
                Some((_, escaped)) => word.extend([c, escaped]),
                None => quote = None,
            }
            continue;
        }
        word.push(c);
    }
    if blank_counts || !word.is_empty() {
        words.push((word, line.from(start.unwrap_or(0))));
    }
    words
}

/// Splits at tabs, form feeds, carriage returns and spaces.
pub(super) fn separated(line: Piece<'_>) -> Vec<Piece<'_>> {
    let mut words = Vec::new();
    let mut start = 0;
    while start < line.bytes.len() {
        let rest = line.from(start);
        let end = rest.bytes.iter().position(|b| is_separator(*b));
        let length = end.unwrap_or(rest.bytes.len());
        words.push(rest.part(0, length));
        let gap = rest.from(length);
        let skip = gap.bytes.iter().position(|b| !is_separator(*b));
        start = match skip {
            Some(skip) => start.saturating_add(length).saturating_add(skip),
            None => line.bytes.len(),
        };
    }
    words
}

/// What a text is that may be a JSON array.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Json {
    /// Not an array: a command line.
    No,
    /// An array of strings.
    Strings(Vec<String>),
    /// An array with something else in it.
    Mixed,
}

/// Reads a text as an array of strings, if it is one.
pub(super) fn json(line: &[u8]) -> Json {
    let line = crate::dockerfile::text::trim_start(line);
    if line.first() != Some(&b'[') {
        return Json::No;
    }
    let text = lossy(line);
    let Ok(items) = serde_json::from_str::<Vec<Item>>(&mend_surrogates(&text)) else {
        return Json::No;
    };
    let strings: Option<Vec<String>> = items.into_iter().map(|Item(text)| text).collect();
    strings.map_or(Json::Mixed, Json::Strings)
}

/// An element: the string, or none where it is something else.
struct Item(Option<String>);

impl<'de> Deserialize<'de> for Item {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ItemVisitor)
    }
}

struct ItemVisitor;

impl<'de> Visitor<'de> for ItemVisitor {
    type Value = Item;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any JSON value")
    }

    fn visit_str<E>(self, text: &str) -> Result<Item, E> {
        Ok(Item(Some(text.to_owned())))
    }

    fn visit_bool<E>(self, _: bool) -> Result<Item, E> {
        Ok(Item(None))
    }

    fn visit_i64<E>(self, _: i64) -> Result<Item, E> {
        Ok(Item(None))
    }

    fn visit_u64<E>(self, _: u64) -> Result<Item, E> {
        Ok(Item(None))
    }

    fn visit_f64<E>(self, _: f64) -> Result<Item, E> {
        Ok(Item(None))
    }

    fn visit_unit<E>(self) -> Result<Item, E> {
        Ok(Item(None))
    }

    fn visit_seq<A: serde::de::SeqAccess<'de>>(self, mut seq: A) -> Result<Item, A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Item(None))
    }

    fn visit_map<A: serde::de::MapAccess<'de>>(self, mut map: A) -> Result<Item, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Item(None))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn piece(text: &str) -> Piece<'_> {
        Piece {
            bytes: text.as_bytes(),
            at: 0,
        }
    }

    #[test]
    fn quotes_and_escapes_stay_in_words() {
        for (line, words) in [
            ("a b", vec!["a", "b"]),
            ("A=\"x y\" B='z w'", vec!["A=\"x y\"", "B='z w'"]),
            ("A=x\\ y", vec!["A=x\\ y"]),
            ("A='x\\' y", vec!["A='x\\'", "y"]),
            ("A=\"x\\\" y\" z", vec!["A=\"x\\\" y\"", "z"]),
            ("\"\" a", vec!["\"\"", "a"]),
            ("a\\", vec!["a"]),
            ("", vec![]),
        ] {
            let found: Vec<String> = quoted_words(piece(line), b'\\')
                .into_iter()
                .map(|(word, _)| word)
                .collect();
            assert_eq!(found, words, "{line}");
        }
    }

    #[test]
    fn separators_do_not_include_the_no_break_space() {
        let words = |line| -> Vec<String> {
            separated(piece(line))
                .iter()
                .map(|p| lossy(p.bytes).into_owned())
                .collect()
        };
        assert_eq!(words("a\t b\u{a0}c \u{b}d"), ["a", "b\u{a0}c", "d"]);
        assert_eq!(words("a "), ["a"]);
    }

    #[test]
    fn an_array_is_json_only_if_it_is_well_formed_to_its_end() {
        for (text, json_is) in [
            (
                "[\"a\", \"b\"]",
                Json::Strings(vec!["a".into(), "b".into()]),
            ),
            (" []", Json::Strings(vec![])),
            ("[\"a\"] x", Json::No),
            ("['a']", Json::No),
            ("[\"a\"", Json::No),
            ("echo", Json::No),
            ("[\"a\", 1]", Json::Mixed),
            ("[[\"a\"], {\"b\": null}]", Json::Mixed),
        ] {
            assert_eq!(json(text.as_bytes()), json_is, "{text}");
        }
    }
}
