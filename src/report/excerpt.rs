//! The lines around a mark, for the renderer: it goes through all it is given, for every mark anew.

use std::ops::Range;

use miette::{MietteError, MietteSpanContents, SourceCode, SourceSpan, SpanContents};

use crate::diagnostic::{Label, sanitize};

/// Longest name of a file that is shown, in characters.
const NAME: usize = 300;
/// Lines that are kept on either side of the marks.
const AROUND: usize = 3;
/// Longest line around the marks that is shown, and longest rest of a line behind them, in characters.
const LINE: usize = 200;

/// A part of a text that knows where it was cut out.
#[derive(Debug)]
pub(super) struct Excerpt {
    name: String,
    text: String,
    /// Lines before it.
    line: usize,
    /// Bytes of the whole before the marks that are not in it.
    pub(super) offset: usize,
}

impl Excerpt {
    /// Cuts out the lines around labels of one text.
    pub(super) fn around(first: &Label, labels: &[Label]) -> Self {
        let text: &str = &first.text;
        let from = labels.iter().map(|label| label.span.start).min();
        let to = labels.iter().map(|label| label.span.end).max();
        let start = lines_before(text, from.unwrap_or(0));
        let end = lines_behind(text, to.unwrap_or(0));
        let before = text.get(..start).unwrap_or_default();
        let (from, to) = (line_start(text, from.unwrap_or(0)), to.unwrap_or(0));
        let part = |range| text.get::<Range<usize>>(range).unwrap_or_default();
        let above = shortened(part(start..from));
        let left_out = part(start..from).len().saturating_sub(above.len());
        let kept = above + part(from..to) + &shortened(part(to..end));
        Self {
            name: sanitize(&first.file, NAME),
            text: shown(&kept),
            line: before.bytes().filter(|byte| *byte == b'\n').count(),
            offset: before.len().saturating_add(left_out),
        }
    }
}

impl SourceCode for Excerpt {
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        before: usize,
        after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let inner = self.text.read_span(span, before, after)?;
        Ok(Box::new(MietteSpanContents::new_named(
            self.name.clone(),
            inner.data(),
            *inner.span(),
            inner.line().saturating_add(self.line),
            inner.column(),
            inner.line_count(),
        )))
    }
}

/// Where the line of an offset begins.
fn line_start(text: &str, offset: usize) -> usize {
    let before = text.as_bytes().get(..offset).unwrap_or_default();
    let end = before.iter().rposition(|byte| *byte == b'\n');
    end.map_or(0, |at| at.saturating_add(1))
}

/// Cuts the ends off long lines. One that shortens nothing returns the text as it is.
fn shortened(text: &str) -> String {
    let cut = |line: &str| match line.char_indices().nth(LINE) {
        Some((at, _)) if line.len() > at.saturating_add('…'.len_utf8()) => {
            let end = if line.ends_with('\n') { "…\n" } else { "…" };
            line.get(..at).unwrap_or_default().to_owned() + end
        }
        Some(_) | None => line.to_owned(),
    };
    text.split_inclusive('\n').map(cut).collect()
}

/// Where the kept lines before an offset begin.
fn lines_before(text: &str, offset: usize) -> usize {
    let before = text.as_bytes().get(..offset).unwrap_or_default();
    let mut ends = before.iter().enumerate().rev();
    ends.by_ref()
        .filter(|(_, byte)| **byte == b'\n')
        .nth(AROUND)
        .map_or(0, |(at, _)| at.saturating_add(1))
}

/// Where the kept lines behind an offset end.
fn lines_behind(text: &str, offset: usize) -> usize {
    let behind = text.as_bytes().get(offset..).unwrap_or_default();
    let mut ends = behind.iter().enumerate();
    let end = ends
        .by_ref()
        .filter(|(_, byte)| **byte == b'\n')
        .nth(AROUND);
    end.map_or(text.len(), |(at, _)| {
        offset.saturating_add(at).saturating_add(1)
    })
}

/// Takes control characters from a text and leaves every byte offset as it is.
fn shown(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        let stays = matches!(c, '\n' | '\r' | '\t')
            || sanitize(c.encode_utf8(&mut [0; 4]), 1) != "\u{fffd}";
        if stays {
            out.push(c);
        } else {
            out.extend(std::iter::repeat_n('?', c.len_utf8()));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use lock_format::Span;

    fn label(text: &str, marked: &str) -> Label {
        let start = text.find(marked).expect("it is there");
        Label {
            file: "a\u{1b}b".to_owned(),
            text: text.into(),
            span: Span::new(start, start + marked.len()),
            message: String::new(),
        }
    }

    #[test]
    fn a_file_cannot_repaint_the_terminal() {
        let text = "FROM a\u{1b}[2J\u{202e}b\u{85}\tü\n";
        assert_eq!(shown(text), "FROM a?[2J???b??\tü\n");
        assert_eq!(shown(text).len(), text.len());
        assert_eq!(
            Excerpt::around(&label(text, "FROM"), &[]).name,
            "a\u{fffd}b"
        );
    }

    #[test]
    fn a_few_lines_are_kept_and_counted_from_the_whole() {
        let text: String = (1..=99)
            .map(|number| format!("line {number}\n"))
            .fold(String::new(), |text, line| text + &line);
        for (marked, first, last) in [
            ("line 50\n", "line 47", "line 54"),
            ("line 1\n", "line 1", "line 5"),
            ("line 99\n", "line 96", "line 99"),
        ] {
            let label = label(&text, marked);
            let excerpt = Excerpt::around(&label, std::slice::from_ref(&label));
            assert_eq!(excerpt.text.lines().next(), Some(first));
            assert_eq!(excerpt.text.lines().last(), Some(last));
            assert_eq!(text.lines().nth(excerpt.line), Some(first));
            assert!(text[excerpt.offset..].starts_with(&excerpt.text));
        }
    }

    #[test]
    fn long_lines_are_cut_and_the_mark_stays_where_it_is() {
        let long = "ü".repeat(LINE + 10);
        let text = format!("{long}\nFROM base {long}\n{long}");
        let label = label(&text, "base");
        let excerpt = Excerpt::around(&label, std::slice::from_ref(&label));
        let start = label.span.start - excerpt.offset;
        assert_eq!(&excerpt.text[start..start + 4], "base");
        let lines: Vec<&str> = excerpt.text.lines().collect();
        assert_eq!(lines.len(), 3);
        let lengths = lines.iter().map(|line| line.chars().count());
        assert_eq!(
            lengths.collect::<Vec<_>>(),
            [LINE + 1, 9 + LINE + 1, LINE + 1]
        );
        assert!(lines.iter().all(|line| line.ends_with('…')), "{lines:?}");
    }
}
