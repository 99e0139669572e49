//! Characters of a word, one at a time.

/// The byte-order mark, which is skipped where it begins a word.
const MARK: char = '\u{feff}';

/// Walks over the characters of a word.
#[derive(Clone, Debug)]
pub(super) struct Cursor<'a> {
    rest: std::str::Chars<'a>,
}

impl<'a> Cursor<'a> {
    pub(super) fn new(word: &'a str) -> Self {
        Self {
            rest: word.strip_prefix(MARK).unwrap_or(word).chars(),
        }
    }

    pub(super) fn peek(&self) -> Option<char> {
        self.rest.clone().next()
    }

    pub(super) fn next(&mut self) -> Option<char> {
        self.rest.next()
    }

    pub(super) fn at_end(&self) -> bool {
        self.rest.as_str().is_empty()
    }
}
