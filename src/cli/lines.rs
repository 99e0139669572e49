//! Text for people, line by line.

use std::fmt;

/// Lines of text.
#[derive(Debug, Default)]
pub(crate) struct Lines(String);

impl Lines {
    /// Adds a line.
    pub(crate) fn add(&mut self, text: fmt::Arguments<'_>) {
        self.0.push_str(&fmt::format(text));
        self.0.push('\n');
    }

    /// Adds lines that are complete.
    pub(crate) fn add_text(&mut self, lines: &str) {
        self.0.push_str(lines);
    }

    /// Returns all lines.
    pub(crate) fn into_text(self) -> String {
        self.0
    }
}
