//! Expansion of one word, by itself.

use std::collections::BTreeMap;

use super::{Budget, Env, ExpandProblem, Manner, expand};

/// Expands a word as FROM expands its image: `$name`, `${name…}`, quotes, escapes.
///
/// `escape` is the escape character of the file. Fails on what BuildKit fails on, and on what grows
/// or takes time beyond every bound.
pub fn expand_word(
    word: &str,
    escape: char,
    values: &BTreeMap<String, String>,
) -> Result<String, ExpandProblem> {
    let mut env = Env::default();
    for (name, value) in values {
        env.set(name, value.clone());
    }
    expand(word, Manner::plain(escape), &env, &Budget::default())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn expanded(word: &str) -> Result<String, ExpandProblem> {
        let values = [("V", "1.2"), ("E", ""), ("D", "$V")];
        let values = values.map(|(name, value)| (name.to_owned(), value.to_owned()));
        expand_word(word, '\\', &BTreeMap::from(values))
    }

    #[test]
    fn words_become_what_buildkit_makes_of_them() {
        for (word, expected) in [
            ("a$V", "a1.2"),
            ("a${V}b", "a1.2b"),
            ("$N$E", ""),
            ("$D", "$V"),
            ("$", "$"),
            ("$.", "$."),
            ("$1a$@b", "ab"),
            ("\\$V", "$V"),
            ("a\\", "a"),
            ("'$V'\"$V\"", "$V1.2"),
            ("\"\\$V\\a\\\"\"", "$V\\a\""),
            ("${N:-'a b'}", "a b"),
            ("${N:-\"$V\"}", "1.2"),
            ("${V:+${N:-x}}", "x"),
            ("${V#1\\}}", "1.2"),
            ("${V//[12]/x}", "1.2"),
            ("a<b<<c<< d", "a<b<<c<< d"),
            ("\u{feff}a", "a"),
            ("ä$V", "ä1.2"),
        ] {
            assert_eq!(expanded(word).as_deref(), Ok(expected), "{word}");
        }
    }

    #[test]
    fn what_cannot_be_expanded_says_why() {
        for (word, problem) in [
            ("${V", ExpandProblem::NoBrace),
            ("${", ExpandProblem::NoBrace),
            ("${V:-x", ExpandProblem::NoBrace),
            ("${V/x", ExpandProblem::NoSlash),
            ("${V/x/y", ExpandProblem::NoBrace),
            ("${}", ExpandProblem::NoName),
            ("${:a}", ExpandProblem::NoName),
            ("${V=x}", ExpandProblem::Modifier("=".to_owned())),
            ("${V:=x}", ExpandProblem::Modifier(":=".to_owned())),
            ("${V:%x}", ExpandProblem::Modifier(":%".to_owned())),
            ("'a", ExpandProblem::OpenQuote('\'')),
            ("\"a", ExpandProblem::OpenQuote('"')),
            ("${V#\\a}", ExpandProblem::Escape("\\a".to_owned())),
        ] {
            assert_eq!(expanded(word), Err(problem), "{word}");
        }
    }
}
