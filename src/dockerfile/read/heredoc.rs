//! Heredocs: `<<NAME` in RUN, COPY and ADD, and the lines up to `NAME`.

use crate::dockerfile::shell::{Budget, ExpandProblem, Manner, split};
use crate::dockerfile::text::lossy;

/// A heredoc that a line opens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Heredoc {
    /// The line that ends it.
    pub(crate) name: String,
    /// `<<-`: tabs before that line do not count.
    pub(crate) strip_tabs: bool,
}

/// What is wrong with the word behind `<<`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct BadName(pub(crate) ExpandProblem);

/// How a line is split in search of heredocs: always with `\`, whatever the file's escape is.
fn manner(raw: bool) -> Manner {
    Manner {
        escape: '\\',
        raw_quotes: raw,
        raw_escapes: raw,
        keep_unset: true,
    }
}

/// Finds the heredocs that a logical line opens. A line with an open quote opens none.
pub(super) fn of_line(line: &[u8]) -> Result<Vec<Heredoc>, BadName> {
    if !line.windows(2).any(|pair| pair == b"<<") {
        return Ok(Vec::new());
    }
    let words = split(&lossy(line), manner(true), &Budget::default()).unwrap_or_default();
    let found: Result<Vec<_>, _> = words.iter().map(|word| of_word(word)).collect();
    Ok(found?.into_iter().flatten().collect())
}

/// Tells whether an argument stands for a heredoc.
pub(crate) fn is_heredoc(argument: &str) -> bool {
    matches!(of_word(argument), Ok(Some(_)))
}

/// Reads `3<<-NAME`: an optional number, an optional dash, a name that may be quoted.
fn of_word(word: &str) -> Result<Option<Heredoc>, BadName> {
    let word = word.trim_start_matches(|c: char| c.is_ascii_digit());
    let Some(rest) = word.strip_prefix("<<") else {
        return Ok(None);
    };
    let (strip_tabs, rest) = match rest.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, rest),
    };
    let rest = rest.trim_start_matches(['\t', '\n', '\u{c}', '\r', ' ']);
    if rest.is_empty() || rest.contains('<') {
        return Ok(None);
    }
    let budget = Budget::default();
    let mut names = split(rest, manner(false), &budget).map_err(BadName)?;
    let name = names.pop().filter(|_| names.is_empty());
    Ok(name.map(|name| Heredoc { name, strip_tabs }))
}

impl Heredoc {
    /// Tells whether a line, without its line feed, ends the heredoc.
    pub(super) fn ends_at(&self, line: &[u8]) -> bool {
        let mut line = line;
        while let ([b'\t', tail @ ..], true) = (line, self.strip_tabs) {
            line = tail;
        }
        line == self.name.as_bytes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(line: &str) -> Vec<(String, bool)> {
        of_line(line.as_bytes())
            .unwrap()
            .into_iter()
            .map(|heredoc| (heredoc.name, heredoc.strip_tabs))
            .collect()
    }

    #[test]
    fn a_line_opens_the_heredocs_it_names() {
        for (line, expected) in [
            ("RUN <<EOF", vec![("EOF", false)]),
            ("RUN << EOF", vec![("EOF", false)]),
            ("RUN <<-EOF cat", vec![("EOF", true)]),
            ("RUN 3<<'E O F'", vec![("E O F", false)]),
            ("COPY <<a <<\"b\" /x", vec![("a", false), ("b", false)]),
            ("RUN cat <<<EOF", vec![]),
            ("RUN echo don't <<EOF", vec![]),
            ("RUN echo \"<<EOF\"", vec![]),
            ("RUN echo a<<EOF", vec![]),
            ("RUN echo \\<<EOF", vec![]),
            ("RUN <<$X", vec![("$X", false)]),
            ("RUN <<", vec![]),
        ] {
            let expected: Vec<_> = expected
                .into_iter()
                .map(|(name, tabs)| (name.to_owned(), tabs))
                .collect();
            assert_eq!(names(line), expected, "{line}");
        }
    }

    #[test]
    fn only_a_dash_lets_tabs_stand_before_the_end() {
        for (line, strip_tabs, ends) in [
            ("EOF", false, true),
            ("\tEOF", false, false),
            ("\t\tEOF", true, true),
            (" EOF", true, false),
            ("EOF ", true, false),
        ] {
            let heredoc = Heredoc {
                name: "EOF".to_owned(),
                strip_tabs,
            };
            assert_eq!(heredoc.ends_at(line.as_bytes()), ends, "{line:?}");
        }
    }
}
