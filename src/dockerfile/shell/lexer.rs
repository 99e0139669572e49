//! Expansion of `$name`, `${name…}`, quotes and escapes, as BuildKit's `shell` package does it.

use super::cursor::Cursor;
use super::pattern::{Want, replace, trim_end, trim_start};
use super::words::Words;
use super::{Budget, Env, ExpandProblem};

/// Deepest nesting of `${…${…}…}`.
const DEPTH: usize = 200;

/// How a word is read.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Manner {
    /// The escape character of the file, `\` or a backquote.
    pub(crate) escape: char,
    /// Quotes stay in the result.
    pub(crate) raw_quotes: bool,
    /// Escape characters stay in the result.
    pub(crate) raw_escapes: bool,
    /// A name without a value stays as it is written.
    pub(crate) keep_unset: bool,
}

impl Manner {
    /// The manner in which arguments of instructions are expanded.
    pub(crate) fn plain(escape: char) -> Self {
        Self {
            escape,
            raw_quotes: false,
            raw_escapes: false,
            keep_unset: false,
        }
    }
}

/// Expands a word.
pub(crate) fn expand(
    word: &str,
    manner: Manner,
    env: &Env,
    budget: &Budget,
) -> Result<String, ExpandProblem> {
    let mut lexer = Lexer::new(word, manner, env, budget);
    lexer.until(None, manner.raw_escapes)
}

/// Splits a line into words, which knows no variables.
pub(crate) fn split(
    line: &str,
    manner: Manner,
    budget: &Budget,
) -> Result<Vec<String>, ExpandProblem> {
    let env = Env::default();
    let mut lexer = Lexer::new(line, manner, &env, budget);
    lexer.words = Some(Words::default());
    lexer.until(None, manner.raw_escapes)?;
    Ok(lexer.words.take().map(Words::finish).unwrap_or_default())
}

struct Lexer<'a> {
    cursor: Cursor<'a>,
    manner: Manner,
    env: &'a Env,
    budget: &'a Budget,
    depth: usize,
    words: Option<Words>,
}

impl<'a> Lexer<'a> {
    fn new(word: &'a str, manner: Manner, env: &'a Env, budget: &'a Budget) -> Self {
        Self {
            cursor: Cursor::new(word),
            manner,
            env,
            budget,
            depth: 0,
            words: None,
        }
    }

    /// Reads up to `stop`, which is consumed, or to the end.
    fn until(&mut self, stop: Option<char>, raw_escapes: bool) -> Result<String, ExpandProblem> {
        let outer_raw = std::mem::replace(&mut self.manner.raw_escapes, raw_escapes);
        let outer_words = match (&mut self.words, stop) {
            (Some(words), Some(_)) => Some(words.nest()),
            _ => None,
        };
        let result = self.until_inner(stop);
        self.manner.raw_escapes = outer_raw;
        if let (Some(words), Some(outer)) = (&mut self.words, outer_words) {
            words.unnest(outer);
        }
        result
    }

    fn until_inner(&mut self, stop: Option<char>) -> Result<String, ExpandProblem> {
        let mut out = String::new();
        while let Some(c) = self.cursor.peek() {
            if stop == Some(c) {
                self.cursor.next();
                return Ok(out);
            }
            let piece = match c {
                '$' => {
                    let value = self.dollar()?;
                    self.note_split(&value);
                    value
                }
                '<' => {
                    let text = self.angle();
                    self.note_joined(&text);
                    text
                }
                '\'' => {
                    let text = self.single_quoted()?;
                    self.note_joined(&text);
                    text
                }
                '"' => {
                    let text = self.double_quoted()?;
                    self.note_joined(&text);
                    text
                }
                c if c == self.manner.escape => self.escaped(),
                _ => self.run(stop),
            };
            out.push_str(&piece);
            if self.words.is_none() {
                Budget::word(out.len())?;
            }
        }
        match stop {
            Some(stop) => Err(ExpandProblem::NoEnd(stop)),
            None => Ok(out),
        }
    }

    /// Characters that mean themselves.
    fn run(&mut self, stop: Option<char>) -> String {
        let mut text = String::new();
        let escape = self.manner.escape;
        self.take_while(&mut text, |c| {
            !matches!(c, '$' | '<' | '\'' | '"') && c != escape && stop != Some(c)
        });
        self.note_split(&text);
        text
    }

    /// An escape and what it escapes; an escape that ends the word is dropped.
    fn escaped(&mut self) -> String {
        let mut text = String::new();
        let escape = self.cursor.next();
        if self.manner.raw_escapes {
            text.extend(escape);
        }
        text.extend(self.cursor.next());
        if !text.is_empty() {
            self.note_joined(&text);
        }
        text
    }

    fn note_split(&mut self, text: &str) {
        if let Some(words) = &mut self.words {
            words.split(text);
        }
    }

    fn note_joined(&mut self, text: &str) {
        if let Some(words) = &mut self.words {
            words.join(text);
        }
    }

    fn single_quoted(&mut self) -> Result<String, ExpandProblem> {
        let mut out = String::new();
        let quote = self.cursor.next();
        if self.manner.raw_quotes {
            out.extend(quote);
        }
        loop {
            match self.cursor.next() {
                None => return Err(ExpandProblem::OpenQuote('\'')),
                Some('\'') => break,
                Some(c) => out.push(c),
            }
        }
        if self.manner.raw_quotes {
            out.push('\'');
        }
        Ok(out)
    }

    fn double_quoted(&mut self) -> Result<String, ExpandProblem> {
        let mut out = String::new();
        let quote = self.cursor.next();
        if self.manner.raw_quotes {
            out.extend(quote);
        }
        loop {
            match self.cursor.peek() {
                None => return Err(ExpandProblem::OpenQuote('"')),
                Some('"') => break,
                Some('$') => {
                    let value = self.dollar()?;
                    out.push_str(&value);
                }
                Some(c) if c == self.manner.escape => self.escape_in_quotes(&mut out),
                Some(_) => out.extend(self.cursor.next()),
            }
        }
        let quote = self.cursor.next();
        if self.manner.raw_quotes {
            out.extend(quote);
        }
        Ok(out)
    }

    /// Between double quotes an escape only escapes `"`, `$` and itself.
    fn escape_in_quotes(&mut self, out: &mut String) {
        let escape = self.cursor.next();
        if self.manner.raw_escapes {
            out.extend(escape);
        }
        match self.cursor.peek() {
            None => {}
            Some(c) if matches!(c, '"' | '$') || c == self.manner.escape => {
                out.extend(self.cursor.next());
            }
            Some(_) => out.extend(escape),
        }
    }

    /// `<`, or `<<` with the white space behind it: a heredoc may have some before its word.
    fn angle(&mut self) -> String {
        self.cursor.next();
        if self.cursor.peek() != Some('<') {
            return "<".to_owned();
        }
        self.cursor.next();
        let mut text = "<<".to_owned();
        while let Some(c @ ('\t' | '\r' | ' ')) = self.cursor.peek() {
            text.push(c);
            self.cursor.next();
        }
        text
    }

    fn dollar(&mut self) -> Result<String, ExpandProblem> {
        self.cursor.next();
        if self.cursor.peek() == Some('{') {
            self.cursor.next();
            if self.depth >= DEPTH {
                return Err(ExpandProblem::TooDeep { limit: DEPTH });
            }
            self.depth = self.depth.saturating_add(1);
            let value = self.braced();
            self.depth = self.depth.saturating_sub(1);
            return value;
        }
        let name = self.name();
        if name.is_empty() {
            return Ok("$".to_owned());
        }
        match self.value(&name)? {
            Some(value) => Ok(value),
            None if self.manner.keep_unset => Ok(format!("${name}")),
            None => Ok(String::new()),
        }
    }

    fn value(&self, name: &str) -> Result<Option<String>, ExpandProblem> {
        match self.env.ask(name) {
            None => Ok(None),
            Some(value) => {
                self.budget.bytes(value.len())?;
                Ok(Some(value.to_owned()))
            }
        }
    }

    /// What follows `${`.
    fn braced(&mut self) -> Result<String, ExpandProblem> {
        match self.cursor.peek() {
            None => return Err(ExpandProblem::NoBrace),
            Some('{' | '}' | ':') => return Err(ExpandProblem::NoName),
            Some(_) => {}
        }
        let name = self.name();
        match self.cursor.next() {
            Some('}') => match self.value(&name)? {
                Some(value) => Ok(value),
                None if self.manner.keep_unset => Ok(format!("${{{name}}}")),
                None => Ok(String::new()),
            },
            Some(':') => {
                let modifier = self.cursor.next();
                if matches!(modifier, Some('#' | '%')) {
                    return Err(unknown(":", modifier));
                }
                self.modified(&name, ":", modifier)
            }
            modifier @ Some('+' | '-' | '?' | '#' | '%') => self.modified(&name, "", modifier),
            Some('/') => self.replaced(&name),
            other => Err(unknown("", other)),
        }
    }

    /// `${name-word}` and its like; `colon` is `:` where an empty value counts as none.
    fn modified(
        &mut self,
        name: &str,
        colon: &str,
        modifier: Option<char>,
    ) -> Result<String, ExpandProblem> {
        let pattern = matches!(modifier, Some('#' | '%'));
        let word = self.until(Some('}'), pattern).map_err(|problem| {
            if self.cursor.at_end() {
                ExpandProblem::NoBrace
            } else {
                problem
            }
        })?;
        let value = self.value(name)?;
        if self.manner.keep_unset && value.is_none() {
            let modifier = modifier.map(String::from).unwrap_or_default();
            return Ok(format!("${{{name}{colon}{modifier}{word}}}"));
        }
        let there = value
            .as_deref()
            .is_some_and(|value| colon.is_empty() || !value.is_empty());
        match modifier {
            Some('-' | '?') if there => Ok(value.unwrap_or_default()),
            Some('-') => Ok(word),
            Some('+') if there => Ok(word),
            Some('+') => Ok(String::new()),
            Some('?') => Err(required(name, &word, value.is_some())),
            Some(side @ ('#' | '%')) => self.trimmed(side, &word, &value.unwrap_or_default()),
            other => Err(unknown(colon, other)),
        }
    }

    fn trimmed(&self, side: char, word: &str, value: &str) -> Result<String, ExpandProblem> {
        let (want, pattern) = match word.strip_prefix(side) {
            Some(pattern) => (Want::Longest, pattern),
            None => (Want::Shortest, word),
        };
        if side == '#' {
            trim_start(pattern, value, want, self.budget)
        } else {
            trim_end(pattern, value, want, self.budget)
        }
    }

    /// `${name/pattern/replacement}` and `${name//pattern/replacement}`.
    fn replaced(&mut self, name: &str) -> Result<String, ExpandProblem> {
        let all = self.cursor.peek() == Some('/');
        if all {
            self.cursor.next();
        }
        let pattern = self.until(Some('/'), true).map_err(|problem| {
            if self.cursor.at_end() {
                ExpandProblem::NoSlash
            } else {
                problem
            }
        })?;
        let replacement = self.until(Some('}'), true).map_err(|problem| {
            if self.cursor.at_end() {
                ExpandProblem::NoBrace
            } else {
                problem
            }
        })?;
        match self.value(name)? {
            None if self.manner.keep_unset => Ok(format!("${{{name}/{pattern}/{replacement}}}")),
            value => replace(
                &pattern,
                &value.unwrap_or_default(),
                &replacement,
                all,
                self.budget,
            ),
        }
    }

    /// Letters, digits and `_`; or digits alone; or one of the special parameters.
    fn name(&mut self) -> String {
        let mut name = String::new();
        match self.cursor.peek() {
            Some(c) if c.is_ascii_digit() => self.take_while(&mut name, |c| c.is_ascii_digit()),
            Some('@' | '*' | '#' | '?' | '-' | '$' | '!') => name.extend(self.cursor.next()),
            _ => self.take_while(&mut name, |c| c.is_alphanumeric() || c == '_'),
        }
        name
    }

    fn take_while(&mut self, into: &mut String, fits: impl Fn(char) -> bool) {
        while let Some(c) = self.cursor.peek().filter(|c| fits(*c)) {
            into.push(c);
            self.cursor.next();
        }
    }
}

fn unknown(colon: &str, modifier: Option<char>) -> ExpandProblem {
    match modifier {
        Some(modifier) => ExpandProblem::Modifier(format!("{colon}{modifier}")),
        None => ExpandProblem::NoBrace,
    }
}

fn required(name: &str, word: &str, set: bool) -> ExpandProblem {
    let message = match (word, set) {
        ("", true) => "must not be empty",
        ("", false) => "must be set",
        (word, _) => word,
    };
    ExpandProblem::Required {
        name: name.to_owned(),
        message: message.to_owned(),
    }
}
