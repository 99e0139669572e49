//! Shell patterns of `${name#pattern}`, `%` and `/`: `*`, `?` and literal characters, no brackets.

use super::{Budget, ExpandProblem};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Token {
    /// Any characters but a line feed.
    Star,
    /// One character, not a line feed.
    Any,
    Literal(char),
}

/// A pattern, ready to be matched.
#[derive(Clone, Debug)]
pub(super) struct Pattern(Vec<Token>);

/// Which match is wanted of several that begin at the same place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Want {
    Shortest,
    Longest,
}

impl Pattern {
    pub(super) fn parse(text: &str) -> Result<Self, ExpandProblem> {
        let mut tokens = Vec::new();
        let mut chars = text.chars().peekable();
        while let Some(c) = chars.next() {
            tokens.push(match c {
                '*' => Token::Star,
                '?' => Token::Any,
                '\\' => match chars.peek().copied() {
                    // These are escaped for the sake of `${…}`, not of the pattern.
                    Some('}' | '/') => continue,
                    Some(c @ ('*' | '?' | '\\')) => {
                        chars.next();
                        Token::Literal(c)
                    }
                    _ => return Err(ExpandProblem::Escape(text.to_owned())),
                },
                c => Token::Literal(c),
            });
        }
        Ok(Self(tokens))
    }

    /// Returns where the match that begins at `start` ends.
    fn match_at(
        &self,
        text: &[char],
        start: usize,
        want: Want,
        budget: &Budget,
    ) -> Result<Option<usize>, ExpandProblem> {
        let width = self.0.len().saturating_add(1);
        let mut live = vec![false; width];
        let mut found = None;
        self.enter(&mut live, 0);
        for (offset, c) in text.get(start..).unwrap_or_default().iter().enumerate() {
            let at = start.saturating_add(offset);
            if live.last() == Some(&true) {
                found = Some(at);
                if want == Want::Shortest {
                    return Ok(found);
                }
            }
            budget.steps(width)?;
            live = self.advance(&live, *c);
            if !live.contains(&true) {
                return Ok(found);
            }
        }
        Ok(if live.last() == Some(&true) {
            Some(text.len())
        } else {
            found
        })
    }

    /// Marks a place in the pattern, and those reached from it without a character.
    fn enter(&self, live: &mut [bool], from: usize) {
        for at in from.. {
            if let Some(slot) = live.get_mut(at) {
                *slot = true;
            }
            if self.0.get(at) != Some(&Token::Star) {
                break;
            }
        }
    }

    fn advance(&self, live: &[bool], c: char) -> Vec<bool> {
        let mut next = vec![false; live.len()];
        for (at, token) in self.0.iter().enumerate() {
            if live.get(at) != Some(&true) {
                continue;
            }
            match token {
                Token::Star if c != '\n' => self.enter(&mut next, at),
                Token::Any if c != '\n' => self.enter(&mut next, at.saturating_add(1)),
                Token::Literal(l) if *l == c => self.enter(&mut next, at.saturating_add(1)),
                Token::Star | Token::Any | Token::Literal(_) => {}
            }
        }
        next
    }
}

/// Removes what the pattern matches at the beginning of `value`.
pub(super) fn trim_start(
    pattern: &str,
    value: &str,
    want: Want,
    budget: &Budget,
) -> Result<String, ExpandProblem> {
    let pattern = Pattern::parse(pattern)?;
    let text: Vec<char> = value.chars().collect();
    let end = pattern.match_at(&text, 0, want, budget)?.unwrap_or(0);
    Ok(text.get(end..).unwrap_or_default().iter().collect())
}

/// Removes what the pattern matches at the end of `value`: the same, read from the other side.
pub(super) fn trim_end(
    pattern: &str,
    value: &str,
    want: Want,
    budget: &Budget,
) -> Result<String, ExpandProblem> {
    let value: String = value.chars().rev().collect();
    let kept = trim_start(&reversed(pattern), &value, want, budget)?;
    Ok(kept.chars().rev().collect())
}

/// Turns a pattern round without tearing an escape from what it escapes.
fn reversed(pattern: &str) -> String {
    let mut parts: Vec<String> = Vec::new();
    let mut chars = pattern.chars();
    while let Some(c) = chars.next() {
        let escaped = if c == '\\' { chars.next() } else { None };
        parts.push([Some(c), escaped].into_iter().flatten().collect());
    }
    parts.iter().rev().map(String::as_str).collect()
}

/// Replaces the first match, or all of them.
pub(super) fn replace(
    pattern: &str,
    value: &str,
    replacement: &str,
    all: bool,
    budget: &Budget,
) -> Result<String, ExpandProblem> {
    let pattern = Pattern::parse(pattern)?;
    let text: Vec<char> = value.chars().collect();
    let mut out = String::new();
    let mut copied = 0;
    let mut at = 0;
    let mut last_end = None;
    while at <= text.len() {
        let end = pattern.match_at(&text, at, Want::Longest, budget)?;
        // An empty match right behind another one does not count.
        let Some(end) = end.filter(|end| *end > at || last_end != Some(at)) else {
            at = at.saturating_add(1);
            continue;
        };
        out.extend(text.get(copied..at).unwrap_or_default());
        let matched: String = text.get(at..end).unwrap_or_default().iter().collect();
        if all {
            out.push_str(&template(replacement, &matched));
        } else {
            out.push_str(replacement);
        }
        budget.bytes(out.len())?;
        Budget::word(out.len())?;
        copied = end;
        last_end = Some(end);
        if !all {
            break;
        }
        at = end;
    }
    out.extend(text.get(copied..).unwrap_or_default());
    Ok(out)
}

/// Fills in the replacement of `//`, which is a template there: `$0` is the match, `$$` a dollar,
/// any other `$name` or `${name}` nothing.
fn template(replacement: &str, matched: &str) -> String {
    let mut out = String::new();
    let mut rest = replacement;
    while let Some((before, after)) = rest.split_once('$') {
        out.push_str(before);
        if let Some(after) = after.strip_prefix('$') {
            out.push('$');
            rest = after;
            continue;
        }
        let (name, after) = template_name(after);
        match name {
            None => out.push('$'),
            Some("0") => out.push_str(matched),
            Some(_) => {}
        }
        rest = after;
    }
    out.push_str(rest);
    out
}

/// Splits the name off `name…` or `{name}…`; none where there is no well-formed name.
fn template_name(text: &str) -> (Option<&str>, &str) {
    let (body, closed) = match text.strip_prefix('{') {
        Some(body) => (body, true),
        None => (text, false),
    };
    let end = body
        .find(|c: char| !c.is_alphanumeric() && c != '_')
        .unwrap_or(body.len());
    let (name, after) = body.split_at(end);
    let after = if closed {
        after.strip_prefix('}')
    } else {
        Some(after)
    };
    match after {
        Some(after) if !name.is_empty() => (Some(name), after),
        _ => (None, text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prefixes_and_suffixes_go_as_in_a_shell() {
        let budget = Budget::default();
        for (pattern, value, want, start, end) in [
            ("a*b", "aXbYb", Want::Shortest, "Yb", ""),
            ("a*b", "aXbYb", Want::Longest, "", ""),
            ("?", "xyz", Want::Shortest, "yz", "xy"),
            ("*", "xyz", Want::Longest, "", ""),
            ("*", "xyz", Want::Shortest, "xyz", "xyz"),
            ("\\*", "*x*", Want::Longest, "x*", "*x"),
            ("nothing", "xyz", Want::Longest, "xyz", "xyz"),
            (".*", "1.2.3", Want::Shortest, "1.2.3", "1.2"),
            (".*", "1.2.3", Want::Longest, "1.2.3", "1"),
        ] {
            assert_eq!(
                trim_start(pattern, value, want, &budget).unwrap(),
                start,
                "{pattern}"
            );
            assert_eq!(
                trim_end(pattern, value, want, &budget).unwrap(),
                end,
                "{pattern}"
            );
        }
    }

    #[test]
    fn replacement_takes_the_longest_match_and_fills_templates_only_for_all() {
        let budget = Budget::default();
        for (pattern, value, with, all, expected) in [
            (".", "1.2.3", "-", false, "1-2.3"),
            (".", "1.2.3", "-", true, "1-2-3"),
            ("b*c", "abcbcd", "X", false, "aXd"),
            ("", "ab", "-", true, "-a-b-"),
            ("*", "ab", "X", true, "X"),
            ("a", "aba", "<$0>", true, "<a>b<a>"),
            ("a", "aba", "<$0>", false, "<$0>ba"),
            ("a", "a", "$$${x}$", true, "$$"),
            ("x", "aba", "-", true, "aba"),
        ] {
            assert_eq!(
                replace(pattern, value, with, all, &budget).unwrap(),
                expected,
                "{pattern} {value}"
            );
        }
    }

    #[test]
    fn a_backslash_before_anything_else_is_refused() {
        let budget = Budget::default();
        for pattern in ["\\a", "a\\"] {
            assert!(trim_start(pattern, "x", Want::Longest, &budget).is_err());
        }
        assert_eq!(
            trim_start("\\/", "/x", Want::Longest, &budget).unwrap(),
            "x"
        );
    }

    #[test]
    fn hostile_patterns_end() {
        let budget = Budget::default();
        let text = "a".repeat(200_000);
        let pattern = "a*".repeat(500) + "b";
        assert_eq!(
            replace(&pattern, &text, "", true, &budget),
            Err(ExpandProblem::TooMuchWork)
        );
    }
}
