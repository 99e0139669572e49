//! Substitution of variables in a text: `$NAME`, `${NAME}` and the operators, `$$` for a dollar.
//!
//! The grammar is that of compose: a `${` with an operator reaches to its balanced `}` on the
//! same line, looked for only up to the last `}` of that line; what is neither a variable nor
//! `$$` stays as it is, except `${`, which must be well formed. Values are never expanded again.

use super::limits;
use super::variable::Use;

/// Looks a name up.
pub(crate) trait LookUp {
    fn look_up(&self, name: &str) -> Use;
}

/// A text with its variables replaced.
#[derive(Debug, Default)]
pub(crate) struct Substituted {
    pub(crate) text: String,
    /// Every look-up, in order.
    pub(crate) uses: Vec<Use>,
    /// Names without a value where nothing stood in for it.
    pub(crate) unset: Vec<String>,
}

/// Why a text cannot be substituted.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum TemplateError {
    /// `${` that is not well formed, in this text.
    Syntax(String),
    /// A variable that must have a value, and what the text says about it.
    Required { name: String, message: String },
    /// The result is larger, or the defaults are nested deeper, than allowed.
    TooLarge,
}

/// Replaces the variables of a text.
pub(crate) fn substitute(text: &str, variables: &dyn LookUp) -> Result<Substituted, TemplateError> {
    let mut out = Substituted::default();
    expand(text, variables, &mut out, 0)?;
    Ok(out)
}

fn expand(
    text: &str,
    variables: &dyn LookUp,
    out: &mut Substituted,
    depth: usize,
) -> Result<(), TemplateError> {
    if depth > limits::DEFAULTS {
        return Err(TemplateError::TooLarge);
    }
    let mut line = Line::default();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('$') {
        out.push(before)?;
        let taken = match after.as_bytes().first() {
            Some(b'$') => {
                out.push("$")?;
                1
            }
            Some(b'{') => {
                let start = text.len().saturating_sub(after.len());
                let closing = line.last_brace(text, start);
                let braced = Braced::parse(after, closing.saturating_sub(start))
                    .ok_or_else(|| TemplateError::Syntax(text.to_owned()))?;
                braced.expand(variables, out, depth)?;
                braced.len
            }
            _ => {
                let name = name_of(after);
                if name.is_empty() {
                    out.push("$")?;
                } else {
                    out.plain(name, variables)?;
                }
                name.len()
            }
        };
        rest = after.get(taken..).unwrap_or_default();
    }
    out.push(rest)
}

impl Substituted {
    fn push(&mut self, text: &str) -> Result<(), TemplateError> {
        if self.text.len().saturating_add(text.len()) > limits::TEXT_BYTES {
            return Err(TemplateError::TooLarge);
        }
        self.text.push_str(text);
        Ok(())
    }

    /// Looks up a variable without an operator.
    fn plain(&mut self, name: &str, variables: &dyn LookUp) -> Result<(), TemplateError> {
        let found = variables.look_up(name);
        match &found.value {
            Some(value) => self.push(value)?,
            None => self.unset.push(name.to_owned()),
        }
        self.uses.push(found);
        Ok(())
    }
}

/// Remembers the last `}` of the line that is being read, so that each line is searched once.
#[derive(Default)]
struct Line {
    end: usize,
    last_brace: Option<usize>,
}

impl Line {
    /// Finds the last `}` of the line around a place; the place itself where there is none.
    fn last_brace(&mut self, text: &str, at: usize) -> usize {
        if at >= self.end {
            let tail = text.get(at..).unwrap_or_default();
            let line = tail.split_once('\n').map_or(tail, |(line, _)| line);
            self.end = at.saturating_add(line.len()).saturating_add(1);
            self.last_brace = line.rfind('}').map(|brace| at.saturating_add(brace));
        }
        self.last_brace.filter(|brace| *brace > at).unwrap_or(at)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Operator {
    /// `:-` and `-`: the word, where there is no value.
    Default,
    /// `:+` and `+`: the word, where there is a value.
    Alternative,
    /// `:?` and `?`: an error with the word, where there is no value.
    Required,
}

/// `{NAME}` or `{NAME operator word}`.
#[derive(Debug)]
struct Braced<'a> {
    name: &'a str,
    operator: Option<Operator>,
    /// Whether an empty value counts as none.
    colon: bool,
    word: &'a str,
    /// Length with both braces.
    len: usize,
}

impl<'a> Braced<'a> {
    /// Reads from the opening brace; `last` is the offset of the last `}` of the line, 0 if none.
    fn parse(text: &'a str, last: usize) -> Option<Self> {
        let inside = text.get(1..)?;
        let name = name_of(inside);
        if name.is_empty() {
            return None;
        }
        let after = inside.get(name.len()..)?;
        let plain = Self {
            name,
            operator: None,
            colon: false,
            word: "",
            len: name.len().saturating_add(2),
        };
        let (colon, sign) = match after.strip_prefix(':') {
            Some(rest) => (true, rest),
            None => (false, after),
        };
        let operator = match sign.chars().next() {
            Some('-') => Operator::Default,
            Some('+') => Operator::Alternative,
            Some('?') => Operator::Required,
            _ if after.starts_with('}') => return Some(plain),
            _ => return None,
        };
        let word_at = text.len().saturating_sub(sign.len()).saturating_add(1);
        let end = closing(text.get(..=last)?).unwrap_or(last);
        Some(Self {
            operator: Some(operator),
            colon,
            word: text.get(word_at..end)?,
            len: end.saturating_add(1),
            ..plain
        })
    }

    fn expand(
        &self,
        variables: &dyn LookUp,
        out: &mut Substituted,
        depth: usize,
    ) -> Result<(), TemplateError> {
        let Some(operator) = self.operator else {
            return out.plain(self.name, variables);
        };
        let found = variables.look_up(self.name);
        let value = found.value.clone();
        out.uses.push(found);
        let has_value = value
            .as_ref()
            .is_some_and(|value| !self.colon || !value.is_empty());
        let below = depth.saturating_add(1);
        // A word that nobody needs is not read: it need not even be well formed.
        match (operator, has_value) {
            (Operator::Default, false) | (Operator::Alternative, true) => {
                expand(self.word, variables, out, below)
            }
            (Operator::Required, false) => {
                let mut message = Substituted::default();
                expand(self.word, variables, &mut message, below)?;
                Err(TemplateError::Required {
                    name: self.name.to_owned(),
                    message: message.text,
                })
            }
            (Operator::Default | Operator::Required, true) | (Operator::Alternative, false) => {
                out.push(value.as_deref().unwrap_or_default())
            }
        }
    }
}

/// Takes a name off the start: a letter or `_`, then letters, digits and `_`.
fn name_of(text: &str) -> &str {
    let is_start = |b: u8| b.is_ascii_alphabetic() || b == b'_';
    if !text.bytes().next().is_some_and(is_start) {
        return "";
    }
    let len = text
        .bytes()
        .take_while(|b| is_start(*b) || b.is_ascii_digit())
        .count();
    text.get(..len).unwrap_or_default()
}

/// Finds the brace that closes the first one. Compose steps over the byte behind each `{`.
fn closing(text: &str) -> Option<usize> {
    let mut open: usize = 0;
    let mut bytes = text.bytes().enumerate();
    while let Some((at, byte)) = bytes.next() {
        match byte {
            b'}' => {
                open = open.saturating_sub(1);
                if open == 0 {
                    return Some(at);
                }
            }
            b'{' => {
                open = open.saturating_add(1);
                bytes.next();
            }
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::super::variable::Environment;
    use super::*;

    fn environment() -> Environment {
        let variables = [("S", "s"), ("E", ""), ("D", "$S"), ("LONG_1", "l")];
        let variables: BTreeMap<String, String> = variables
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        Environment::of_process(&variables)
    }

    fn text(template: &str) -> Result<String, TemplateError> {
        substitute(template, &environment()).map(|out| out.text)
    }

    #[test]
    fn every_operator_gives_what_compose_gives() {
        for (template, result) in [
            ("$S-$LONG_1", "s-l"),
            ("${S}${S}", "ss"),
            ("$$S $${S}", "$S ${S}"),
            ("$ $1 a$", "$ $1 a$"),
            ("$U|${U}|", "||"),
            ("${U-d} ${E-d} ${S-d}", "d  s"),
            ("${U:-d} ${E:-d} ${S:-d}", "d d s"),
            ("${U+a} ${E+a} ${S+a}", " a a"),
            ("${U:+a} ${E:+a} ${S:+a}", "  a"),
            ("${S?m} ${E?m} ${S:?m}", "s  s"),
            ("${U:-${S:-z}}", "s"),
            ("${U:-${W:-${E:-z}}}-x", "z-x"),
            ("${U:-a:b}", "a:b"),
            ("${U-a:-b}", "a:-b"),
            ("${U:-a?b}", "a?b"),
            ("${U:-$S}", "s"),
            ("${U:-$$S}", "$S"),
            ("${U:-a}/${U:-b}}", "a/b}"),
            ("$D", "$S"),
            ("${S:-${U:?never asked}}", "s"),
        ] {
            assert_eq!(text(template).unwrap(), result, "{template}");
        }
    }

    #[test]
    fn a_dollar_brace_must_be_well_formed() {
        for template in [
            "${",
            "${}",
            "${1}",
            "${S",
            "${S.x}",
            "${S x}",
            "${S:-d\n}",
            "a${S:x}",
        ] {
            assert_eq!(
                text(template).unwrap_err(),
                TemplateError::Syntax(template.to_owned())
            );
        }
    }

    #[test]
    fn a_required_variable_tells_its_message() {
        for (template, message) in [
            ("${U:?no $S}", "no s"),
            ("${E:?}", ""),
            ("${U?m}", "m"),
            ("${U:?${W:?inner}}", "inner"),
        ] {
            let TemplateError::Required { message: told, .. } = text(template).unwrap_err() else {
                panic!("{template}");
            };
            assert_eq!(told, message);
        }
    }

    #[test]
    fn a_word_that_nobody_needs_is_not_read() {
        for template in ["${S:?no ${}}", "${S:-${}}", "${S?${U:?m}}"] {
            assert_eq!(text(template).unwrap(), "s", "{template}");
        }
        assert_eq!(text("${U:+${}}").unwrap(), "");
        let error = text("${U:?no ${}}").unwrap_err();
        assert_eq!(error, TemplateError::Syntax("no ${}".to_owned()));
    }

    #[test]
    fn an_unset_name_is_told_unless_something_stands_in() {
        let out = substitute("$U ${V} ${W:-} ${X:+}", &environment()).unwrap();
        assert_eq!(out.unset, ["U", "V"]);
        let names: Vec<&str> = out.uses.iter().map(|used| used.name.as_str()).collect();
        assert_eq!(names, ["U", "V", "W", "X"]);
    }

    #[test]
    fn size_and_depth_are_bounded() {
        let nested = format!("{}{}", "${U:-".repeat(200), "}".repeat(200));
        assert_eq!(text(&nested).unwrap_err(), TemplateError::TooLarge);
        let mut variables = BTreeMap::new();
        variables.insert("B".to_owned(), "b".repeat(10_000));
        let large = Environment::of_process(&variables);
        let out = substitute(&"$B".repeat(1000), &large);
        assert_eq!(out.unwrap_err(), TemplateError::TooLarge);
    }

    proptest! {
        #[test]
        fn any_text_ends(template in "[${}:?+\\-SUE\n a]{0,60}") {
            drop(text(&template));
        }

        #[test]
        fn text_without_a_dollar_stays(template in "[^$]{0,60}") {
            prop_assert_eq!(text(&template).unwrap(), template);
        }
    }
}
