//! Reads canonical JSON value by value.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt::Display;
use std::str::FromStr;

use super::JsonError;
use super::error::SHOWN;
use crate::diagnostic::sanitize;
use crate::run::limits;

/// Reads canonical JSON from memory; refuses at the first byte that could have been written otherwise.
#[derive(Debug)]
pub struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

/// Takes a field that must have been there.
pub fn need<T>(field: Option<T>, name: &'static str) -> Result<T, JsonError> {
    field.ok_or(JsonError::Missing { field: name })
}

impl<'a> Reader<'a> {
    /// Starts at the first byte.
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    /// Ends: nothing may follow.
    pub fn end(&self) -> Result<(), JsonError> {
        match self.peek() {
            None => Ok(()),
            Some(_) => Err(self.wrong("something follows the value")),
        }
    }

    /// Reads an object; `field` is called at each value, and must read it.
    ///
    /// Keys must be of `[a-z0-9_]`, begin with a letter, be unique and ascending.
    pub fn object(
        &mut self,
        mut field: impl FnMut(&'a str, &mut Self) -> Result<(), JsonError>,
    ) -> Result<(), JsonError> {
        self.expect(b'{', "an object was expected")?;
        if self.take(b'}') {
            return Ok(());
        }
        let mut last = "";
        loop {
            let key = self.key()?;
            if key <= last {
                return Err(self.wrong("keys are not unique and sorted"));
            }
            last = key;
            self.expect(b':', "a colon was expected")?;
            field(key, self)?;
            if self.take(b'}') {
                return Ok(());
            }
            self.expect(b',', "a comma or the end of the object was expected")?;
        }
    }

    /// Reads an array; `item` is called at each element, and must read it.
    pub fn array(
        &mut self,
        mut item: impl FnMut(&mut Self) -> Result<(), JsonError>,
    ) -> Result<(), JsonError> {
        self.expect(b'[', "an array was expected")?;
        if self.take(b']') {
            return Ok(());
        }
        loop {
            item(self)?;
            if self.take(b']') {
                return Ok(());
            }
            self.expect(b',', "a comma or the end of the array was expected")?;
        }
    }

    /// Reads a string of printable ASCII, at most [`limits::STRING_BYTES`] long.
    pub fn string(&mut self) -> Result<Cow<'a, str>, JsonError> {
        self.expect(b'"', "a string was expected")?;
        let start = self.at;
        let mut unescaped: Option<String> = None;
        loop {
            let byte = self
                .peek()
                .ok_or_else(|| self.wrong("the text ends here"))?;
            let piece = match byte {
                b'"' => break,
                b'\\' => {
                    let before = self.ascii(start, self.at);
                    unescaped.get_or_insert_with(|| before.to_owned());
                    self.at = self.at.saturating_add(1);
                    match self.peek() {
                        Some(escaped @ (b'"' | b'\\')) => escaped,
                        _ => return Err(self.wrong("only \\\" and \\\\ are escapes")),
                    }
                }
                0x20..=0x7e => byte,
                _ => return Err(self.wrong("strings hold printable ASCII only")),
            };
            if let Some(text) = &mut unescaped {
                text.push(char::from(piece));
            }
            self.at = self.at.saturating_add(1);
        }
        let text = match unescaped {
            Some(text) => Cow::Owned(text),
            None => Cow::Borrowed(self.ascii(start, self.at)),
        };
        self.at = self.at.saturating_add(1);
        if text.len() > limits::STRING_BYTES {
            return Err(JsonError::Limit {
                what: "bytes of a string",
                limit: limits::STRING_BYTES as u64,
            });
        }
        Ok(text)
    }

    /// Reads an integer from 0 to 2^53 - 1.
    pub fn integer(&mut self) -> Result<u64, JsonError> {
        let start = self.at;
        while self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            self.at = self.at.saturating_add(1);
        }
        let digits = self.ascii(start, self.at);
        if digits.is_empty() || (digits.len() > 1 && digits.starts_with('0')) {
            self.at = start;
            return Err(self.wrong("an integer without leading zeros was expected"));
        }
        digits
            .parse()
            .ok()
            .filter(|value| *value <= limits::INTEGER)
            .ok_or(JsonError::Limit {
                what: "an integer",
                limit: limits::INTEGER,
            })
    }

    /// Reads a string as a value that has a text form.
    pub fn parsed<T>(&mut self, field: &'static str) -> Result<T, JsonError>
    where
        T: FromStr,
        T::Err: Display,
    {
        self.string()?
            .parse()
            .map_err(|error: T::Err| refused(field, &error))
    }

    /// Reads a string with a reader of its own.
    pub fn parsed_with<T, E: Display>(
        &mut self,
        field: &'static str,
        parse: impl FnOnce(&str) -> Result<T, E>,
    ) -> Result<T, JsonError> {
        parse(&self.string()?).map_err(|error| refused(field, &error))
    }

    /// Reads an array as a set. Order and repetition are compared when the value is written again.
    pub fn set<T: Ord>(
        &mut self,
        mut item: impl FnMut(&mut Self) -> Result<T, JsonError>,
    ) -> Result<BTreeSet<T>, JsonError> {
        let mut set = BTreeSet::new();
        self.array(|reader| {
            set.insert(item(reader)?);
            Ok(())
        })?;
        Ok(set)
    }

    /// Passes over any value.
    pub fn skip(&mut self) -> Result<(), JsonError> {
        self.skip_within(limits::JSON_DEPTH)
    }

    fn skip_within(&mut self, depth: usize) -> Result<(), JsonError> {
        let inner = depth.checked_sub(1).ok_or(JsonError::Limit {
            what: "depth of values",
            limit: limits::JSON_DEPTH as u64,
        })?;
        match self.peek() {
            Some(b'{') => self.object(|_, reader| reader.skip_within(inner)),
            Some(b'[') => self.array(|reader| reader.skip_within(inner)),
            Some(b'"') => self.string().map(drop),
            Some(b't') => self.word("true"),
            Some(b'f') => self.word("false"),
            _ => self.integer().map(drop),
        }
    }

    fn word(&mut self, word: &str) -> Result<(), JsonError> {
        for byte in word.bytes() {
            self.expect(byte, "true or false was expected")?;
        }
        Ok(())
    }

    fn key(&mut self) -> Result<&'a str, JsonError> {
        self.expect(b'"', "a key was expected")?;
        let start = self.at;
        while matches!(self.peek(), Some(b'a'..=b'z' | b'0'..=b'9' | b'_')) {
            self.at = self.at.saturating_add(1);
        }
        let key = self.ascii(start, self.at);
        self.expect(b'"', "keys are of a to z, 0 to 9 and _")?;
        if !key.starts_with(|first: char| first.is_ascii_lowercase()) {
            return Err(self.wrong("a key begins with a letter"));
        }
        Ok(key)
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn take(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        if found {
            self.at = self.at.saturating_add(1);
        }
        found
    }

    fn expect(&mut self, byte: u8, why: &'static str) -> Result<(), JsonError> {
        if self.take(byte) {
            Ok(())
        } else {
            Err(self.wrong(why))
        }
    }

    /// Returns bytes that were seen to be ASCII.
    fn ascii(&self, start: usize, end: usize) -> &'a str {
        self.bytes
            .get(start..end)
            .and_then(|bytes| std::str::from_utf8(bytes).ok())
            .unwrap_or_default()
    }

    fn wrong(&self, why: &'static str) -> JsonError {
        JsonError::NotCanonical { at: self.at, why }
    }
}

fn refused(field: &'static str, error: &impl Display) -> JsonError {
    JsonError::bad(
        field,
        format!("is refused: {}", sanitize(&error.to_string(), SHOWN)),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn skip(text: &str) -> Result<(), JsonError> {
        let mut reader = Reader::new(text.as_bytes());
        reader.skip()?;
        reader.end()
    }

    fn depth(levels: usize) -> String {
        format!("{}{}", "[".repeat(levels), "]".repeat(levels))
    }

    #[test]
    fn canonical_values_pass() {
        for text in [
            "{}",
            "[]",
            "0",
            "9007199254740991",
            "true",
            "[false,true]",
            r#"{"a":1,"a1":0,"a_b":[{"b":"c\"\\"}],"b":" ~"}"#,
        ] {
            assert_eq!(skip(text), Ok(()), "{text}");
        }
    }

    #[test]
    fn any_other_way_to_write_is_refused() {
        for text in [
            "",
            " {}",
            "{} ",
            "{}\n",
            "\u{feff}{}",
            "null",
            "{ }",
            "[1, 2]",
            "[1,]",
            "[,1]",
            "01",
            "-1",
            "1.0",
            "1e3",
            "tru",
            "\"",
            "\"\\n\"",
            "\"\\u0041\"",
            "\"\u{e9}\"",
            "\"\u{7f}\"",
            "\"\t\"",
            r#"{"a":1,"a":1}"#,
            r#"{"b":1,"a":1}"#,
            r#"{"A":1}"#,
            r#"{"":1}"#,
            r#"{"1a":1}"#,
            r#"{"_a":1}"#,
            r#"{"a" :1}"#,
            r#"{"a":1,}"#,
            r#"{"a"}"#,
            "{a:1}",
            "[1 2]",
            "{}{}",
        ] {
            assert!(
                matches!(skip(text), Err(JsonError::NotCanonical { .. })),
                "{text:?} gave {:?}",
                skip(text)
            );
        }
    }

    #[test]
    fn limits_hold_at_the_limit_and_one_above() {
        let string = |length: usize| format!("\"{}\"", "a".repeat(length));
        assert_eq!(skip(&string(limits::STRING_BYTES)), Ok(()));
        let escaped = format!("\"{}\\\"\"", "a".repeat(limits::STRING_BYTES - 1));
        assert_eq!(
            skip(&escaped),
            Ok(()),
            "the limit counts the decoded string"
        );
        for (at_limit, above) in [
            (
                string(limits::STRING_BYTES),
                string(limits::STRING_BYTES + 1),
            ),
            (
                limits::INTEGER.to_string(),
                (limits::INTEGER + 1).to_string(),
            ),
            ("1".to_owned(), "99999999999999999999999".to_owned()),
            (depth(limits::JSON_DEPTH), depth(limits::JSON_DEPTH + 1)),
        ] {
            assert_eq!(skip(&at_limit), Ok(()));
            assert!(matches!(skip(&above), Err(JsonError::Limit { .. })));
        }
    }

    #[test]
    fn escapes_are_undone() {
        let mut reader = Reader::new(br#""a\\b\"c""#);
        assert_eq!(reader.string().unwrap(), "a\\b\"c");
    }
}
