//! A place in a file, as people count it.

use std::fmt;

use lock_format::Span;

/// A place in a file, as people count it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The file, relative to the root.
    pub file: String,
    /// The line, from 1; 0 where only the file is known.
    pub line: usize,
    /// The column in characters, from 1; 0 where only the line is known.
    pub column: usize,
    /// How many characters of the line are marked; 0 where that is not known.
    pub length: usize,
}

impl Place {
    /// Finds the place of a span in the bytes of a file. Of a span over several lines, the part on
    /// the first line is marked.
    pub fn of_span(file: &str, text: &[u8], span: Span) -> Self {
        let at = span.position(text);
        let marked = text.get(span.start..span.end).unwrap_or_default();
        let marked = String::from_utf8_lossy(marked);
        let line = marked.split(['\r', '\n']).next().unwrap_or_default();
        Self {
            file: file.to_owned(),
            line: at.line,
            column: at.column,
            length: line.chars().count(),
        }
    }

    /// Names a line of a file.
    pub fn of_line(file: &str, line: usize) -> Self {
        Self {
            file: file.to_owned(),
            line,
            column: 0,
            length: 0,
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        for number in [self.line, self.column] {
            if number > 0 {
                write!(f, ":{number}")?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_says_as_much_as_is_known() {
        let text = "# ü\nFROM bäse\n".as_bytes();
        let known = Place::of_span("a/Dockerfile", text, Span::new(10, 15));
        assert_eq!((known.line, known.column, known.length), (2, 6, 4));
        assert_eq!(known.to_string(), "a/Dockerfile:2:6");
        let continued = Place::of_span("a", b"FROM al\\\r\npine\n", Span::new(5, 14));
        assert_eq!(
            (continued.line, continued.column, continued.length),
            (1, 6, 3)
        );
        assert_eq!(Place::of_line("a", 3).to_string(), "a:3");
        assert_eq!(Place::of_line("a", 0).to_string(), "a");
    }
}
