//! Physical lines, with the limit that BuildKit's scanner has.

/// Longest line in bytes, without its line feed (`bufio.MaxScanTokenSize` less one).
pub(super) const LINE_BYTES: usize = 65_535;

/// One line of the file.
#[derive(Clone, Copy, Debug)]
pub(super) struct Line<'a> {
    /// Its bytes without carriage returns and line feed at its end.
    pub(super) bytes: &'a [u8],
    /// Its bytes as they are.
    pub(super) raw: &'a [u8],
    /// Where it begins in the file.
    pub(super) start: usize,
    /// Its number, from 1.
    pub(super) number: usize,
}

/// Reads lines until the end, or until one is too long.
#[derive(Debug)]
pub(super) struct Lines<'a> {
    text: &'a [u8],
    at: usize,
    number: usize,
    too_long: bool,
}

impl<'a> Lines<'a> {
    pub(super) fn new(text: &'a [u8]) -> Self {
        Self {
            text,
            at: 0,
            number: 0,
            too_long: false,
        }
    }

    /// Returns the number of the line read last, 0 before the first.
    pub(super) fn number(&self) -> usize {
        self.number
    }

    /// Tells whether reading stopped at a line that is too long.
    pub(super) fn too_long(&self) -> bool {
        self.too_long
    }

    /// Returns where the next line begins.
    pub(super) fn position(&self) -> usize {
        self.at
    }
}

impl<'a> Iterator for Lines<'a> {
    type Item = Line<'a>;

    fn next(&mut self) -> Option<Line<'a>> {
        let rest = self.text.get(self.at..)?;
        if rest.is_empty() || self.too_long {
            return None;
        }
        let length = rest.iter().position(|&b| b == b'\n');
        if length.unwrap_or(rest.len()) > LINE_BYTES {
            self.too_long = true;
            return None;
        }
        let end = length.map_or(rest.len(), |at| at.saturating_add(1));
        let raw = rest.get(..end)?;
        let start = self.at;
        self.at = start.saturating_add(end);
        self.number = self.number.saturating_add(1);
        Some(Line {
            bytes: trim_line_end(raw),
            raw,
            start,
            number: self.number,
        })
    }
}

fn trim_line_end(mut line: &[u8]) -> &[u8] {
    while let [head @ .., b'\r' | b'\n'] = line {
        line = head;
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_limit_holds_with_and_without_a_line_feed() {
        for (length, fits) in [(LINE_BYTES, true), (LINE_BYTES + 1, false)] {
            for end in ["", "\n", "\nx"] {
                let text = "a".repeat(length) + end;
                let mut lines = Lines::new(text.as_bytes());
                assert_eq!(lines.next().is_some(), fits, "{length} {end:?}");
                assert_eq!(lines.too_long(), !fits);
            }
        }
    }

    #[test]
    fn every_carriage_return_at_the_end_goes_and_none_within() {
        let lines: Vec<_> = Lines::new(b"a\rb\r\r\n\nc")
            .map(|line| (line.bytes, line.start, line.number))
            .collect();
        assert_eq!(
            lines,
            [
                (b"a\rb".as_slice(), 0, 1),
                (b"".as_slice(), 6, 2),
                (b"c".as_slice(), 7, 3)
            ]
        );
    }
}
