//! The front end that a file asks for: `# syntax=image`, which BuildKit fetches before all else.

use std::collections::BTreeMap;
use std::fmt;

use lock_format::{Reference, ReferenceError, Span};
use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, MapAccess, Visitor};

use crate::diagnostic::sanitize;

use super::answer::Finding;
use super::error_class::SYNTAX_REFERENCE;
use super::read::{Directive, Directives, Name};
use super::text::{lossy, mend_surrogates};

/// Names the build argument that wins over the line.
pub const SYNTAX_ARG: &str = "BUILDKIT_SYNTAX";

/// Longest line that is searched for a directive, in bytes.
const LINE_BYTES: usize = 65_535;

/// The front-end image of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Syntax {
    /// The image as written.
    pub written: String,
    /// The image, or why it is none: BuildKit finds out only when it fetches it.
    pub reference: Result<Reference, ReferenceError>,
    /// The line of the directive, from 1; 0 where there is none.
    pub line: usize,
    /// The image's name in the file; none where it comes from a build argument.
    pub span: Option<Span>,
    /// Where it comes from.
    pub from: SyntaxFrom,
}

/// Tells where a front end is named.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SyntaxFrom {
    /// In the file.
    Directive,
    /// In the build argument `BUILDKIT_SYNTAX`.
    BuildArg,
}

/// Finds the front end of a file (`parser.DetectSyntax` of BuildKit).
///
/// The file need not be a Dockerfile: the directive may also stand behind `//`, or be the key
/// `syntax` of a JSON object.
pub fn syntax(text: &[u8], args: &BTreeMap<String, String>) -> Option<Syntax> {
    if let Some(given) = args.get(SYNTAX_ARG) {
        let written = given.trim().split(' ').next().unwrap_or_default();
        return Some(Syntax::new(written, 0, None, SyntaxFrom::BuildArg));
    }
    let body = Body::of(text);
    ["#", "//"]
        .into_iter()
        .find_map(|marker| body.directive(marker, Name::Syntax))
        .or_else(|| body.json())
}

/// Returns the options of `# check=…`, cut at the first space.
pub(super) fn check_options(text: &[u8]) -> Option<String> {
    let found = Body::of(text).directive("#", Name::Check)?;
    Some(found.written)
}

impl Syntax {
    /// Returns the finding that the image is no reference, if it is none.
    pub fn finding(&self) -> Option<Finding> {
        let error = self.reference.as_ref().err()?;
        Some(Finding {
            code: SYNTAX_REFERENCE,
            message: format!(
                "the front end cannot be fetched: {}",
                sanitize(&error.to_string(), 400)
            ),
            line: Some(self.line).filter(|line| *line > 0),
            span: self.span,
        })
    }

    fn new(written: &str, line: usize, span: Option<Span>, from: SyntaxFrom) -> Self {
        Self {
            written: written.to_owned(),
            reference: Reference::parse(written),
            line,
            span,
            from,
        }
    }
}

/// A file without byte-order mark and `#!` line.
struct Body<'a> {
    text: &'a [u8],
    start: usize,
    lines_before: usize,
}

impl<'a> Body<'a> {
    fn of(whole: &'a [u8]) -> Self {
        let text = whole.strip_prefix(b"\xef\xbb\xbf").unwrap_or(whole);
        let mut body = Self {
            text,
            start: whole.len().saturating_sub(text.len()),
            lines_before: 0,
        };
        if text.starts_with(b"#!") {
            let end = text.iter().position(|&b| b == b'\n');
            let end = end.map_or(text.len(), |at| at.saturating_add(1));
            body.text = text.get(end..).unwrap_or_default();
            body.start = body.start.saturating_add(end);
            body.lines_before = 1;
        }
        body
    }

    fn directive(&self, marker: &'static str, name: Name) -> Option<Syntax> {
        let mut directives = Directives::behind(marker);
        let mut start = self.start;
        for (index, raw) in self.text.split_inclusive(|&b| b == b'\n').enumerate() {
            let line = raw.strip_suffix(b"\n").unwrap_or(raw);
            if line.len() > LINE_BYTES {
                return None;
            }
            let line = line.strip_suffix(b"\r").unwrap_or(line);
            // A repeated directive ends the search; what came before it counts.
            let directive = directives.line(line).ok()?;
            match directive {
                Some(directive) if directive.name == name => {
                    let number = self.lines_before.saturating_add(index).saturating_add(1);
                    return Some(found(&directive, start, number));
                }
                Some(_) => {}
                None => return None,
            }
            start = start.saturating_add(raw.len());
        }
        None
    }

    fn json(&self) -> Option<Syntax> {
        let first = super::text::trim_start(self.text).first()?;
        if *first != b'{' {
            return None;
        }
        let text = lossy(self.text);
        let object: Object = serde_json::from_str(&mend_surrogates(&text)).ok()?;
        let written = object.0?;
        let from = SyntaxFrom::Directive;
        Some(Syntax::new(&written, self.lines_before, None, from))
    }
}

fn found(directive: &Directive, line_start: usize, number: usize) -> Syntax {
    let written = directive.value.split(' ').next().unwrap_or_default();
    let at = line_start.saturating_add(directive.value_at);
    let span = Span::new(at, at.saturating_add(written.len()));
    Syntax::new(written, number, Some(span), SyntaxFrom::Directive)
}

/// A JSON object, of which only the key `syntax` counts, and that only if it is a string.
struct Object(Option<String>);

impl<'de> Deserialize<'de> for Object {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(ObjectVisitor)
    }
}

struct ObjectVisitor;

impl<'de> Visitor<'de> for ObjectVisitor {
    type Value = Object;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Object, A::Error> {
        let mut syntax = None;
        while let Some(key) = map.next_key::<String>()? {
            if key == "syntax" {
                syntax = map
                    .next_value::<serde_json::Value>()?
                    .as_str()
                    .map(str::to_owned);
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(Object(syntax))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found_in(text: &str) -> Option<(String, usize)> {
        let found = syntax(text.as_bytes(), &BTreeMap::new())?;
        if let Some(span) = found.span {
            assert_eq!(text.get(span.start..span.end), Some(found.written.as_str()));
        }
        Some((found.written, found.line))
    }

    #[test]
    fn every_form_of_the_line_is_found() {
        for (text, written, line) in [
            ("# syntax=a:1\nFROM b\n", "a:1", 1),
            ("\u{feff}#syntax = a:1 more\r\n", "a:1", 1),
            ("#!/bin/sh\n# syntax=a\n", "a", 2),
            ("# escape=`\n# syntax=a\n", "a", 2),
            ("# check=skip=all\n# SYNTAX=a\n", "a", 2),
            ("// syntax=a\n{}", "a", 1),
            ("{\"x\": [1], \"syntax\": \"a\"}\n", "a", 0),
            ("#!x\n{\"syntax\": \"a\"}", "a", 1),
            ("# syntax=a\n# syntax=b\n", "a", 1),
        ] {
            assert_eq!(found_in(text), Some((written.to_owned(), line)), "{text}");
        }
    }

    #[test]
    fn anything_before_it_hides_it() {
        for text in [
            "\n# syntax=a\n",
            "# hello\n# syntax=a\n",
            "# unknown=1\n# syntax=a\n",
            " # syntax=a\n",
            "FROM b\n# syntax=a\n",
            "{\"syntax\": 1}",
            "{\"syntax\": \"a\"",
            "# escape=`\n# escape=`\n# syntax=a\n",
        ] {
            assert_eq!(found_in(text), None, "{text}");
        }
    }

    #[test]
    fn the_build_argument_wins() {
        let args = BTreeMap::from([(SYNTAX_ARG.to_owned(), " a:2 --x ".to_owned())]);
        let found = syntax(b"# syntax=a:1\n", &args).unwrap();
        assert_eq!((found.written.as_str(), found.line), ("a:2", 0));
        assert_eq!(found.from, SyntaxFrom::BuildArg);
    }

    #[test]
    fn an_image_that_is_none_is_told_apart() {
        let found = syntax(b"# syntax=Bad\n", &BTreeMap::new()).unwrap();
        assert!(found.reference.is_err());
    }
}
