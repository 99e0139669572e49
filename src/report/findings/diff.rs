//! A unified diff of a text as it is and as it should be, of bounded length.

use similar::{Algorithm, TextDiff};

use crate::diagnostic::{TextChange, sanitize};

/// Longest diff that is shown, in lines.
const LINES: usize = 400;
/// Longest text that is compared line by line; a longer one is replaced as a whole, as finding the
/// shortest diff of it would take too long.
const COMPARED: usize = 20_000;
/// Longest line that is shown, in characters.
const LINE: usize = 400;

/// Writes a unified diff; without control characters, each line ends with LF.
pub(super) fn unified(change: &TextChange) -> String {
    let lines = change
        .before
        .lines()
        .count()
        .max(change.after.lines().count());
    let whole = if lines > COMPARED {
        replaced(change)
    } else {
        let diff = TextDiff::configure()
            .algorithm(Algorithm::Myers)
            .diff_lines(change.before.as_ref(), change.after.as_ref());
        let name = sanitize(&change.file, LINE);
        diff.unified_diff()
            .header(
                &format!("{name} (as it is)"),
                &format!("{name} (canonical)"),
            )
            .to_string()
    };
    bounded(&whole)
}

/// Colours added and removed lines.
pub(super) fn colored(diff: &str, color: bool) -> String {
    if !color {
        return diff.to_owned();
    }
    let paint = |line: &str| match line.chars().next() {
        Some('+') => format!("\u{1b}[32m{line}\u{1b}[0m\n"),
        Some('-') => format!("\u{1b}[31m{line}\u{1b}[0m\n"),
        _ => format!("{line}\n"),
    };
    diff.lines().map(paint).collect()
}

fn replaced(change: &TextChange) -> String {
    let file = sanitize(&change.file, LINE);
    let removed = change.before.lines().map(|line| format!("-{line}\n"));
    let added = change.after.lines().map(|line| format!("+{line}\n"));
    let half = LINES / 2;
    let mut out = format!("--- {file} (as it is)\n+++ {file} (canonical)\n");
    out.extend(removed.take(half));
    out.extend(added.take(half.saturating_add(1)));
    out
}

fn bounded(whole: &str) -> String {
    let total = whole.lines().count();
    let mut out: String = whole
        .lines()
        .take(LINES)
        .map(|line| sanitize(line, LINE) + "\n")
        .collect();
    if total > LINES {
        out.push_str("… the rest is left out\n");
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(before: &str, after: &str) -> TextChange {
        TextChange {
            file: "airlock.lock".to_owned(),
            before: before.into(),
            after: after.into(),
        }
    }

    #[test]
    fn a_diff_has_both_sides_and_no_control_characters() {
        let text = unified(&change("a\nb\u{1b}[2J\nc\n", "a\nB\nc\n"));
        let expected = "--- airlock.lock (as it is)\n+++ airlock.lock (canonical)\n\
                        @@ -1,3 +1,3 @@\n a\n-b\u{fffd}[2J\n+B\n c\n";
        assert_eq!(text, expected);
        assert!(colored(&text, true).contains("\u{1b}[32m+B\u{1b}[0m"));
        assert_eq!(colored(&text, false), text);
    }

    #[test]
    fn a_long_diff_is_cut_and_says_so() {
        for lines in [LINES, COMPARED + 1] {
            let text = |word: &str| format!("{word}\n").repeat(lines);
            let shown = unified(&change(&text("a"), &text("b")));
            assert_eq!(shown.lines().count(), LINES + 1, "{lines}");
            assert!(shown.ends_with("left out\n"));
        }
    }
}
