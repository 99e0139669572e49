//! Lines that begin with a tab: YAML leaves blank ones and comments alone, compose refuses them all.
//!
//! The library that compose reads YAML with takes a tab at the start of a line for indentation,
//! except inside quotes, braces and brackets.

use std::collections::BTreeSet;

/// The lines of a text that begin with a tab, as long as nothing excuses them.
#[derive(Debug)]
pub(super) struct Tabs {
    lines: BTreeSet<u32>,
    /// The first line of each open list or mapping; none for one without brackets.
    open: Vec<Option<u32>>,
}

impl Tabs {
    /// Collects the lines; a comment right behind another one is read with it, tab or not.
    pub(super) fn of(text: &str) -> Self {
        let rows = text.split('\n');
        let rows = rows.flat_map(|row| row.strip_suffix('\r').unwrap_or(row).split('\r'));
        let mut lines = BTreeSet::new();
        let mut behind_comment = false;
        for (line, row) in (1..).zip(rows) {
            let is_comment = row.trim_start_matches([' ', '\t']).starts_with('#');
            if row.starts_with('\t') && !(is_comment && behind_comment) {
                lines.insert(line);
            }
            behind_comment = is_comment;
        }
        Self {
            lines,
            open: Vec::new(),
        }
    }

    /// Notes that a list or a mapping begins, in brackets or not.
    pub(super) fn open(&mut self, line: u32, in_brackets: bool) {
        self.open.push(in_brackets.then_some(line));
    }

    /// Notes where the innermost list or mapping ends.
    pub(super) fn close(&mut self, line: u32) {
        if let Some(Some(first)) = self.open.pop() {
            self.excuse(first, line);
        }
    }

    /// Lets pass the lines behind the first one of something in quotes or brackets.
    pub(super) fn excuse(&mut self, first: u32, last: u32) {
        let behind = first.saturating_add(1)..=last;
        if !behind.is_empty() {
            let excused: Vec<u32> = self.lines.range(behind).copied().collect();
            for line in excused {
                self.lines.remove(&line);
            }
        }
    }

    /// The first line that nothing excuses.
    pub(super) fn first(&self) -> Option<u32> {
        self.lines.first().copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_counted_at_every_kind_of_line_end() {
        for (text, lines) in [
            ("\ta", vec![1]),
            ("a\n\tb\n \tc", vec![2]),
            ("a\r\n\tb\r\tc\n\n\td", vec![2, 3, 5]),
            ("a\tb", vec![]),
            ("a\n\t# b\n\t# c\n\t", vec![2, 4]),
            (" # a\n\t# b\n", vec![]),
        ] {
            let found: Vec<u32> = Tabs::of(text).lines.into_iter().collect();
            assert_eq!(found, lines, "{text:?}");
        }
    }

    #[test]
    fn brackets_excuse_the_lines_between_them() {
        let mut tabs = Tabs::of("\n\t\n\t\n\t\n\t");
        tabs.open(1, false);
        tabs.open(2, true);
        tabs.close(4);
        tabs.close(5);
        assert_eq!(tabs.lines.into_iter().collect::<Vec<_>>(), [2, 5]);
    }
}
