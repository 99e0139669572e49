//! A logical line: physical lines joined at continuations, with the way back to the file.

use std::borrow::Cow;

use lock_format::Span;

/// An instruction's text, joined, and where each part of it stands in the file.
#[derive(Clone, Debug)]
pub(super) struct Logical<'a> {
    text: Cow<'a, [u8]>,
    /// Where the first part begins in the file.
    start: usize,
    /// Where further parts begin: in the text, in the file. Sorted.
    parts: Vec<(usize, usize)>,
    /// The number of the first line.
    pub(super) line: usize,
}

impl<'a> Logical<'a> {
    pub(super) fn new(text: &'a [u8], start: usize, line: usize) -> Self {
        Self {
            text: Cow::Borrowed(text),
            start,
            parts: Vec::new(),
            line,
        }
    }

    /// Appends what a further line has.
    pub(super) fn push(&mut self, text: &[u8], start: usize) {
        self.parts.push((self.text.len(), start));
        self.text.to_mut().extend_from_slice(text);
    }

    pub(super) fn all(&self) -> Piece<'_> {
        Piece {
            bytes: &self.text,
            at: 0,
        }
    }

    /// Returns where bytes of the text stand in the file.
    pub(super) fn span(&self, from: usize, to: usize) -> Span {
        let end = match to.checked_sub(1) {
            Some(last) if to > from => self.offset(last).saturating_add(1),
            _ => self.offset(from),
        };
        Span::new(self.offset(from), end)
    }

    fn offset(&self, at: usize) -> usize {
        let part = self.parts.partition_point(|(start, _)| *start <= at);
        let (start, file) = part
            .checked_sub(1)
            .and_then(|part| self.parts.get(part))
            .copied()
            .unwrap_or((0, self.start));
        file.saturating_add(at.saturating_sub(start))
    }
}

/// A part of a logical line.
#[derive(Clone, Copy, Debug)]
pub(super) struct Piece<'l> {
    pub(super) bytes: &'l [u8],
    /// Where it begins in the logical line.
    pub(super) at: usize,
}

impl Piece<'_> {
    /// Returns the part `from..to`.
    pub(super) fn part(self, from: usize, to: usize) -> Self {
        Self {
            bytes: self.bytes.get(from..to).unwrap_or_default(),
            at: self.at.saturating_add(from),
        }
    }

    pub(super) fn from(self, from: usize) -> Self {
        self.part(from, self.bytes.len())
    }

    pub(super) fn end(self) -> usize {
        self.at.saturating_add(self.bytes.len())
    }

    /// Removes white space, of whatever script, from both ends.
    pub(super) fn trim(self) -> Self {
        let tail = crate::dockerfile::text::trim_start(self.bytes);
        let from = self.bytes.len().saturating_sub(tail.len());
        let kept = crate::dockerfile::text::trim_end(tail);
        self.part(from, from.saturating_add(kept.len()))
    }
}

/// Splits off a continuation: the escape as last character but blanks, not itself escaped.
///
/// Returns what stays of the line, and whether it goes on.
pub(super) fn continuation(line: &[u8], escape: u8) -> (&[u8], bool) {
    let mut tail = line;
    while let [head @ .., b' ' | b'\t'] = tail {
        tail = head;
    }
    match tail {
        [head @ .., last] if *last == escape && head.last() != Some(&escape) => (head, true),
        _ => (line, false),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_escape_that_is_not_escaped_continues() {
        for (line, kept, goes_on) in [
            ("a \\", "a ", true),
            ("a\\ \t", "a", true),
            ("\\", "", true),
            ("a\\\\", "a\\\\", false),
            ("\\\\", "\\\\", false),
            ("a `", "a `", false),
            ("a", "a", false),
        ] {
            assert_eq!(
                continuation(line.as_bytes(), b'\\'),
                (kept.as_bytes(), goes_on),
                "{line}"
            );
        }
        assert_eq!(continuation(b"a `", b'`'), (b"a ".as_slice(), true));
    }

    #[test]
    fn spans_lead_back_to_the_file() {
        let mut logical = Logical::new(b"FROM ", 10, 2);
        logical.push(b"  alp", 30);
        logical.push(b"ine", 50);
        assert_eq!(logical.span(0, 4), Span::new(10, 14));
        assert_eq!(logical.span(7, 13), Span::new(32, 53));
        assert_eq!(logical.span(13, 13), Span::new(53, 53));
    }
}
