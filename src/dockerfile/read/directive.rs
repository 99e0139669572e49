//! Parser directives: `# syntax=…`, `# escape=…`, `# check=…` in the first lines.

use crate::dockerfile::text::{is_blank, lossy, skip_blanks};

/// Names a directive that is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Name {
    Syntax,
    Escape,
    Check,
}

impl Name {
    const ALL: [Self; 3] = [Self::Syntax, Self::Escape, Self::Check];

    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Syntax => "syntax",
            Self::Escape => "escape",
            Self::Check => "check",
        }
    }

    fn of(text: &[u8]) -> Option<Self> {
        let same = |name: &Self| text.eq_ignore_ascii_case(name.as_str().as_bytes());
        Self::ALL.into_iter().find(same)
    }
}

/// A directive of one line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Directive {
    pub(crate) name: Name,
    pub(crate) value: String,
    /// Where the value begins in the line that was given.
    pub(crate) value_at: usize,
}

/// The directive was given before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Repeated(pub(crate) Name);

/// Reads directives line by line, until a line is none.
#[derive(Clone, Debug)]
pub(crate) struct Directives {
    marker: &'static [u8],
    seen: Vec<Name>,
    done: bool,
}

impl Directives {
    /// Reads directives behind `marker`: `#`, or `//` for front ends of other languages.
    pub(crate) fn behind(marker: &'static str) -> Self {
        Self {
            marker: marker.as_bytes(),
            seen: Vec::new(),
            done: false,
        }
    }

    pub(crate) fn is_done(&self) -> bool {
        self.done
    }

    /// Reads a line, which must begin with the marker.
    pub(crate) fn line(&mut self, line: &[u8]) -> Result<Option<Directive>, Repeated> {
        if self.done {
            return Ok(None);
        }
        let Some(directive) = line.strip_prefix(self.marker).and_then(parse) else {
            self.done = true;
            return Ok(None);
        };
        if self.seen.contains(&directive.name) {
            return Err(Repeated(directive.name));
        }
        self.seen.push(directive.name);
        let value_at = line.len().saturating_sub(directive.value_at);
        Ok(Some(Directive {
            value_at,
            ..directive
        }))
    }
}

/// Reads `name = value`; `value_at` counts from the end of the line.
fn parse(line: &[u8]) -> Option<Directive> {
    let line = skip_blanks(line);
    let name_end = line.iter().position(|b| !b.is_ascii_alphanumeric())?;
    let (name, rest) = line.split_at_checked(name_end)?;
    let name = Name::of(name)?;
    let rest = skip_blanks(rest).strip_prefix(b"=")?;
    let value = skip_blanks(rest);
    let kept = match value.iter().rposition(|b| !is_blank(*b)) {
        Some(last) => value.get(..=last)?,
        // Of nothing but blanks the last one is the value.
        None => rest.get(rest.len().checked_sub(1)?..)?,
    };
    Some(Directive {
        name,
        value: lossy(kept).into_owned(),
        value_at: value.len(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> Option<(Name, String, usize)> {
        let directive = Directives::behind("#").line(line.as_bytes()).unwrap()?;
        Some((directive.name, directive.value, directive.value_at))
    }

    #[test]
    fn names_know_no_case_and_blanks_are_free() {
        for (line, name, value, at) in [
            ("#syntax=a", Name::Syntax, "a", 8),
            (
                "#   SynTax   =   a:1   --opt x  ",
                Name::Syntax,
                "a:1   --opt x",
                17,
            ),
            ("# escape=`", Name::Escape, "`", 9),
            ("# check = error=true", Name::Check, "error=true", 10),
        ] {
            assert_eq!(read(line), Some((name, value.to_owned(), at)), "{line}");
        }
        for line in [
            "# a comment",
            "# other=x",
            "#syntax",
            "# syntax=",
            " # syntax=a",
            "#\u{a0}syntax=a",
            "#\u{b}syntax=a",
            "x",
        ] {
            assert_eq!(read(line), None, "{line}");
        }
    }

    #[test]
    fn the_search_stops_at_the_first_line_that_is_none() {
        let mut directives = Directives::behind("#");
        assert_eq!(directives.line(b"# hello").unwrap(), None);
        assert!(directives.is_done());
        assert_eq!(directives.line(b"# syntax=a").unwrap(), None);
    }

    #[test]
    fn a_second_one_of_a_name_is_refused() {
        let mut directives = Directives::behind("//");
        assert!(directives.line(b"// syntax=a").unwrap().is_some());
        assert!(directives.line(b"// check=skip=all").unwrap().is_some());
        assert_eq!(directives.line(b"//SYNTAX=b"), Err(Repeated(Name::Syntax)));
    }
}
