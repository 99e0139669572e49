//! The flags that an instruction takes.

use std::collections::BTreeSet;

use crate::dockerfile::read::Word;

use super::ParseProblem;

/// What a flag's value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// `true` or `false`; `true` where there is no value.
    Bool,
    /// One text.
    Text,
    /// A text; the flag may be repeated.
    Texts,
}

/// A flag with its name taken off.
#[derive(Clone, Debug)]
pub(super) struct Flag<'n> {
    pub(super) name: &'n str,
    pub(super) value: &'n str,
    pub(super) word: &'n Word,
}

/// Checks flags against those that are known, in order, up to `--`.
pub(super) fn flags<'n>(
    words: &'n [Word],
    known: &[(&str, Kind)],
) -> Result<Vec<Flag<'n>>, ParseProblem> {
    let mut seen = BTreeSet::new();
    let mut found = Vec::new();
    for word in words.iter().take_while(|word| word.text != "--") {
        let body = word.text.strip_prefix("--");
        let body = body.ok_or_else(|| ParseProblem::NotAFlag(word.text.clone()))?;
        let (name, value) = match body.split_once('=') {
            Some((name, value)) => (name, Some(value)),
            None => (body, None),
        };
        let kind = known.iter().find(|(known, _)| *known == name);
        let (_, kind) = kind.ok_or_else(|| ParseProblem::UnknownFlag {
            flag: format!("--{name}"),
            known: known.iter().map(|(name, _)| format!("--{name}")).collect(),
        })?;
        if !seen.insert(name) && *kind != Kind::Texts {
            return Err(ParseProblem::RepeatedFlag(format!("--{name}")));
        }
        check_value(name, *kind, value)?;
        found.push(Flag {
            name,
            value: value.unwrap_or_default(),
            word,
        });
    }
    Ok(found)
}

fn check_value(name: &str, kind: Kind, value: Option<&str>) -> Result<(), ParseProblem> {
    let flag = || format!("--{name}");
    match (kind, value) {
        (Kind::Bool, Some("")) | (Kind::Text | Kind::Texts, None) => {
            Err(ParseProblem::FlagWithoutValue(flag()))
        }
        (Kind::Bool, Some(value))
            if !value.eq_ignore_ascii_case("true") && !value.eq_ignore_ascii_case("false") =>
        {
            Err(ParseProblem::FlagNotBoolean {
                flag: flag(),
                value: value.to_owned(),
            })
        }
        _ => Ok(()),
    }
}
