//! From a place as people count it to the part of a text that is blamed.

use lock_format::Span;

use super::text::Text;
use crate::diagnostic::Place;

/// Finds the part of `text` that a place marks. Where no column is known it is the whole line; where
/// no length is known, the value that begins there, as YAML writes one.
pub(super) fn span_of(text: &Text, place: &Place) -> Option<Span> {
    let (start, line) = text.line(place.line)?;
    let skipped = match place.column.checked_sub(1) {
        Some(characters) => bytes_of(line, characters),
        None => line.len() - line.trim_start().len(),
    };
    let rest = line.get(skipped..)?;
    let length = match (place.column, place.length) {
        (0, _) => rest.trim_end().len(),
        (_, 0) => value_length(rest),
        (_, characters) => bytes_of(rest, characters),
    };
    Some(Span::new(start + skipped, start + skipped + length))
}

fn bytes_of(text: &str, characters: usize) -> usize {
    text.char_indices()
        .nth(characters)
        .map_or(text.len(), |(at, _)| at)
}

/// The length in bytes of a YAML scalar on one line.
fn value_length(text: &str) -> usize {
    if let Some(quote) = text.chars().next().filter(|c| matches!(c, '"' | '\'')) {
        let closing = text.match_indices(quote).nth(1);
        return closing.map_or(text.trim_end().len(), |(at, _)| at + quote.len_utf8());
    }
    let end = text.find(" #").unwrap_or(text.len());
    let value = text.get(..end).unwrap_or(text);
    let end = value.find([',', '}', ']']).filter(|_| !value.contains('$'));
    value
        .get(..end.unwrap_or(value.len()))
        .unwrap_or(value)
        .trim_end()
        .len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_marks_what_it_names() {
        let text = "# ü\r\nFROM bäse AS x\r\n  image: \"a b\" # c\n  image: ${A:-b}:1  # c\n{image: a, b: c}\n";
        for (line, column, length, marked) in [
            (2, 6, 4, "bäse"),
            (2, 0, 0, "FROM bäse AS x"),
            (3, 10, 0, "\"a b\""),
            (3, 0, 0, "image: \"a b\" # c"),
            (4, 10, 0, "${A:-b}:1"),
            (5, 9, 0, "a"),
            (2, 6, 99, "bäse AS x"),
            (2, 99, 1, ""),
        ] {
            let place = Place {
                file: String::new(),
                line,
                column,
                length,
            };
            let span = span_of(&Text::new(text.into()), &place).expect("the line is there");
            assert_eq!(&text[span.start..span.end], marked, "{place:?}");
        }
    }

    #[test]
    fn a_line_that_is_not_there_marks_nothing() {
        let text = Text::new("a\nb\n".into());
        for line in [0, 3] {
            assert_eq!(span_of(&text, &Place::of_line("a", line)), None);
        }
    }
}
