//! Environment files as compose reads them.
//!
//! `NAME=value`, `NAME: value`, `export NAME=value`; `NAME` alone inherits. Quotes hold over
//! lines; in double quotes escapes and variables are expanded, in single quotes nothing is.
//! Without quotes ` #` begins a comment and variables are expanded. A variable means what the
//! project already sees, else what the file has set before, else what an earlier file has set.

use std::collections::BTreeMap;

use super::error::shown;
use super::limits;
use super::template::{LookUp, TemplateError, substitute};
use super::variable::{Environment, Use, Variable};

/// What an environment file sets.
pub(crate) type Set = BTreeMap<String, String>;

/// Why an environment file cannot be read, with the line.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct DotenvError {
    pub(crate) line: u32,
    pub(crate) what: String,
}

/// Reads an environment file; `before` is what the files given before it have set.
pub(crate) fn parse(
    text: &str,
    environment: &Environment,
    before: &Set,
) -> Result<Set, DotenvError> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut reader = Reader {
        text,
        at: 0,
        set: Set::new(),
        environment,
        before,
        expanded: 0,
    };
    while reader.skip_to_statement() {
        reader.statement()?;
    }
    Ok(reader.set)
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    set: Set,
    environment: &'a Environment,
    before: &'a Set,
    expanded: usize,
}

/// Looks a variable up the way a value of the file sees it.
struct Scope<'a, 'b>(&'a Reader<'b>);

impl LookUp for Scope<'_, '_> {
    fn look_up(&self, name: &str) -> Use {
        let value = self.0.value_of(name).map(str::to_owned);
        Use::new(Variable {
            name: name.to_owned(),
            value,
            origin: None,
        })
    }
}

impl<'a> Reader<'a> {
    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn skip(&mut self, len: usize) {
        self.at = self.at.saturating_add(len);
    }

    fn value_of(&self, name: &str) -> Option<&str> {
        let of_files = || self.set.get(name).or_else(|| self.before.get(name));
        self.environment
            .get(name)
            .or_else(|| of_files().map(String::as_str))
    }

    /// Goes over blank lines and comments; false at the end of the file.
    fn skip_to_statement(&mut self) -> bool {
        loop {
            let rest = self.rest();
            self.skip(rest.len().saturating_sub(rest.trim_start().len()));
            let rest = self.rest();
            if !rest.starts_with('#') {
                return !rest.is_empty();
            }
            self.skip(rest.find('\n').unwrap_or(rest.len()));
        }
    }

    fn statement(&mut self) -> Result<(), DotenvError> {
        if let Some(after) = self.rest().strip_prefix("export")
            && after.starts_with(char::is_whitespace)
        {
            self.skip("export".len());
            self.skip_blanks();
            if self.rest().is_empty() {
                return Err(self.error("export stands alone at the end".to_owned()));
            }
        }
        let rest = self.rest();
        let Some((len, end)) = self.name_end(rest)? else {
            // A name that the file ends with sets nothing: it has neither `=` nor an end of line.
            self.skip(rest.len());
            return Ok(());
        };
        let name = rest.get(..len).unwrap_or_default().trim_end();
        if name.contains(' ') {
            return Err(self.error("a name holds a space".to_owned()));
        }
        self.skip(len.saturating_add(end.len_utf8()));
        self.skip_blanks();
        if end == '\n' {
            // A name alone takes the value that there is.
            if let Some(value) = self.value_of(name).map(str::to_owned) {
                self.set.insert(name.to_owned(), value);
            }
            return Ok(());
        }
        let value = self.value()?;
        self.expanded = self.expanded.saturating_add(value.len());
        if self.expanded > limits::EXPANDED_BYTES {
            return Err(self.error("its values are too large together".to_owned()));
        }
        self.set.insert(name.to_owned(), value);
        Ok(())
    }

    /// Goes over blanks that end no line.
    fn skip_blanks(&mut self) {
        let rest = self.rest();
        self.skip(
            rest.len()
                .saturating_sub(rest.trim_start_matches(is_blank).len()),
        );
    }

    /// Finds where a name ends and what ends it: `=`, `:` or the end of the line; none where the
    /// file ends first.
    fn name_end(&self, rest: &str) -> Result<Option<(usize, char)>, DotenvError> {
        for (at, c) in rest.char_indices() {
            match c {
                '=' | ':' | '\n' => return Ok(Some((at, c))),
                '_' | '.' | '-' | '[' | ']' => {}
                c if is_blank(c) || c.is_alphabetic() || c.is_numeric() => {}
                c => {
                    let line = rest.lines().next().unwrap_or_default();
                    let what = format!("{c:?} cannot stand in the name {:?}", shown(line));
                    return Err(self.error(what));
                }
            }
        }
        Ok(None)
    }

    fn value(&mut self) -> Result<String, DotenvError> {
        let rest = self.rest();
        if let Some(quote @ ('"' | '\'')) = rest.chars().next() {
            return self.quoted(quote);
        }
        let (line, len) = match rest.split_once('\n') {
            Some((line, _)) => (line, line.len().saturating_add(1)),
            None => (rest, rest.len()),
        };
        let value = line.split_once(" #").map_or(line, |(value, _)| value);
        let value = self.expand(value.trim_end())?;
        self.skip(len);
        Ok(value)
    }

    fn quoted(&mut self, quote: char) -> Result<String, DotenvError> {
        let mut value = String::new();
        let mut escaped = false;
        for (at, c) in self.rest().char_indices().skip(1) {
            if escaped {
                if c != quote {
                    value.push('\\');
                }
                value.push(c);
                escaped = false;
            } else if c == '\\' {
                escaped = true;
            } else if c == quote {
                let value = match quote {
                    '"' => self.expand(&unescape(&value))?,
                    _ => value,
                };
                self.skip(at.saturating_add(1));
                return Ok(value);
            } else {
                value.push(c);
            }
        }
        Err(self.error("a quoted value has no end".to_owned()))
    }

    fn expand(&self, value: &str) -> Result<String, DotenvError> {
        match substitute(value, &Scope(self)) {
            Ok(out) => Ok(out.text),
            Err(TemplateError::Syntax(template)) => {
                Err(self.error(format!("no valid interpolation: {}", shown(&template))))
            }
            Err(TemplateError::Required { name, message }) => Err(self.error(format!(
                "the variable {} has no value: {}",
                shown(&name),
                shown(&message)
            ))),
            Err(TemplateError::TooLarge) => Err(self.error("a value is too large".to_owned())),
        }
    }

    fn error(&self, what: String) -> DotenvError {
        let before = self.text.get(..self.at).unwrap_or(self.text);
        let lines = before.matches('\n').count().saturating_add(1);
        DotenvError {
            line: u32::try_from(lines).unwrap_or(u32::MAX),
            what,
        }
    }
}

/// A blank that ends no line.
fn is_blank(c: char) -> bool {
    matches!(
        c,
        '\t' | '\u{b}' | '\u{c}' | '\r' | ' ' | '\u{85}' | '\u{a0}'
    )
}

/// Expands the escapes of double quotes: `\n` and its kind, `\0` with up to three octal digits;
/// `\$` becomes `$$`, so that no variable is seen there.
fn unescape(value: &str) -> String {
    let mut out = String::with_capacity(value.len());
    let mut rest = value;
    while let Some((before, after)) = rest.split_once('\\') {
        out.push_str(before);
        let Some(c) = after.chars().next() else {
            out.push('\\');
            return out;
        };
        let mut taken = c.len_utf8();
        match c {
            'a' => out.push('\u{7}'),
            'b' => out.push('\u{8}'),
            'f' => out.push('\u{c}'),
            'n' => out.push('\n'),
            'r' => out.push('\r'),
            't' => out.push('\t'),
            'v' => out.push('\u{b}'),
            '"' => out.push('"'),
            '\\' => out.push('\\'),
            '$' => out.push_str("$$"),
            '0' => {
                let digits: String = after.chars().skip(1).take(3).collect();
                let octal: String = digits.chars().take_while(char::is_ascii_digit).collect();
                match octal_char(&octal) {
                    Some(c) => {
                        out.push(c);
                        taken = taken.saturating_add(3);
                    }
                    None => out.push_str("\\0"),
                }
            }
            c => {
                out.push('\\');
                out.push(c);
            }
        }
        rest = after.get(taken..).unwrap_or_default();
    }
    out.push_str(rest);
    out
}

/// Reads exactly three octal digits of one byte.
fn octal_char(digits: &str) -> Option<char> {
    if digits.len() != 3 {
        return None;
    }
    u8::from_str_radix(digits, 8).ok().map(char::from)
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use super::*;

    fn read(text: &str) -> Result<Set, DotenvError> {
        let process = [("SHELL_SET", "from-shell"), ("BOTH", "shell")];
        let process = process
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        parse(text, &Environment::of_process(&process), &Set::new())
    }

    #[test]
    fn values_are_what_compose_reads() {
        for (text, value) in [
            ("A=1", "1"),
            ("A = 1 ", "1"),
            ("A: 1", "1"),
            ("export A=1", "1"),
            ("export\tA= 1", "1"),
            ("\u{feff}A=1", "1"),
            ("# c\n\n  A=1\n", "1"),
            ("A=1\r\n", "1"),
            ("A=", ""),
            ("A=1 # c", "1"),
            ("A=1#c", "1#c"),
            ("A=a b", "a b"),
            ("A='1 # c'", "1 # c"),
            ("A='$SHELL_SET\\n'", "$SHELL_SET\\n"),
            ("A='it\\'s'", "it's"),
            ("A=\"$SHELL_SET\\n\\\"\"", "from-shell\n\""),
            ("A=\"\\$SHELL_SET $$\"", "$SHELL_SET $"),
            ("A=\"a\nb\"\nB=2", "a\nb"),
            ("A=\"\\0101\"", "A"),
            ("A=$SHELL_SET", "from-shell"),
            ("X=1\nA=${X}${Y:-2}", "12"),
            ("BOTH=file\nA=$BOTH", "shell"),
            ("SHELL_SET\nA=$SHELL_SET", "from-shell"),
            ("A=1\nA\n", "1"),
        ] {
            let set = read(text).unwrap();
            assert_eq!(set.get("A").map(String::as_str), Some(value), "{text:?}");
        }
    }

    #[test]
    fn a_name_alone_inherits_or_sets_nothing() {
        for last in ["", "BOTH", "BOTH and more"] {
            let set = read(&format!("SHELL_SET\nNOT_SET\nA=1\n{last}")).unwrap();
            assert_eq!(set.keys().collect::<Vec<_>>(), ["A", "SHELL_SET"]);
        }
    }

    #[test]
    fn what_is_no_assignment_is_refused_with_its_line() {
        for (text, line) in [
            ("A=1\nB$=2", 2),
            ("A=1\nB C=2", 2),
            ("A='1", 1),
            ("\n\nA=${", 3),
            ("A=${B:?must}", 1),
            ("A=1\nexport ", 2),
        ] {
            assert_eq!(read(text).unwrap_err().line, line, "{text:?}");
        }
    }

    #[test]
    fn doubling_values_end() {
        let mut text = "A0=xx\n".to_owned();
        for (n, next) in (0..40).zip(1..) {
            writeln!(text, "A{next}=$A{n}$A{n}").unwrap();
        }
        assert!(read(&text).is_err());
    }
}
