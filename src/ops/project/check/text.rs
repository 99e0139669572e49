//! A text whose lines are found at once: a large lock may have many findings.

use std::sync::Arc;

use lock_format::Span;

use crate::diagnostic::Place;

/// A text and where its lines begin.
#[derive(Clone)]
pub(super) struct Text {
    text: Arc<str>,
    starts: Vec<usize>,
}

impl Text {
    pub(super) fn new(text: Arc<str>) -> Self {
        let ends = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
        let starts = std::iter::once(0)
            .chain(ends.map(|(at, _)| at + 1))
            .collect();
        Self { text, starts }
    }

    /// Returns the whole text.
    pub(super) fn whole(&self) -> &Arc<str> {
        &self.text
    }

    /// Returns a line, counted from 1, without its end, and where it begins.
    pub(super) fn line(&self, number: usize) -> Option<(usize, &str)> {
        let start = *self.starts.get(number.checked_sub(1)?)?;
        let end = self.starts.get(number).copied().unwrap_or(self.text.len());
        let line = self.text.get(start..end)?;
        let is_behind_the_end = line.is_empty() && number > 1;
        (!is_behind_the_end).then(|| (start, line.trim_end_matches(['\n', '\r'])))
    }

    /// Counts line, column and length of a span.
    pub(super) fn place(&self, file: &str, span: Span) -> Place {
        let line = self.starts.partition_point(|start| *start <= span.start);
        let start = line.checked_sub(1).and_then(|index| self.starts.get(index));
        let start = start.copied().unwrap_or(0);
        let part = |from, to| self.text.get(from..to).unwrap_or_default();
        let marked = part(span.start, span.end);
        let marked = marked.split(['\r', '\n']).next().unwrap_or_default();
        Place {
            file: file.to_owned(),
            line,
            column: part(start, span.start).chars().count().saturating_add(1),
            length: marked.chars().count(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_counted_as_it_is_from_the_start() {
        let text = "a\nbüc\r\n\nlast";
        let lines = Text::new(text.into());
        for (start, end) in [
            (0, 1),
            (2, 3),
            (3, 5),
            (3, 12),
            (5, 6),
            (8, 8),
            (9, 13),
            (13, 13),
        ] {
            let span = Span::new(start, end);
            let expected = Place::of_span("f", text.as_bytes(), span);
            assert_eq!(lines.place("f", span), expected, "{span:?}");
        }
    }

    #[test]
    fn lines_are_counted_from_one_and_end_with_the_text() {
        let text = Text::new("a\nbüc\r\n".into());
        assert_eq!(text.line(1), Some((0, "a")));
        assert_eq!(text.line(2), Some((2, "büc")));
        assert_eq!((text.line(0), text.line(3)), (None, None));
    }
}
