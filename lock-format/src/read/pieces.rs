//! A lock cut at its `[[source]]` and `[[image]]` headers.
//!
//! A TOML parser holds some twenty times its text in memory. Each source and image is a TOML document
//! of its own, so only one of them is held at a time, whatever the length of the lock.

use crate::Problem;
use crate::Span;
use crate::error::Fault;
use crate::limits::PIECE_BYTES;

/// A part of the text that is a TOML document of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Piece<'a> {
    /// Where it starts in the whole text.
    pub(super) start: usize,
    /// The part.
    pub(super) text: &'a str,
}

/// Cuts a text: first what stands before any header, then one piece for each header.
pub(super) fn pieces(text: &str) -> Result<Vec<Piece<'_>>, Fault> {
    let mut found = Vec::new();
    let mut start: usize = 0;
    let mut at: usize = 0;
    for line in text.split_inclusive('\n') {
        if is_header(line) {
            found.extend(piece(text, start, at));
            start = at;
        }
        at = at.saturating_add(line.len());
    }
    found.extend(piece(text, start, text.len()));
    match found.iter().find(|piece| piece.text.len() > PIECE_BYTES) {
        None => Ok(found),
        Some(long) => {
            let most = PIECE_BYTES;
            let span = Span::new(long.start, long.start);
            Err(Fault::new(Problem::LongTable { most }, span))
        }
    }
}

fn piece(text: &str, start: usize, end: usize) -> Option<Piece<'_>> {
    let text = text.get(start..end)?;
    Some(Piece { start, text })
}

/// Tells whether a line is the header of a source or an image.
fn is_header(line: &str) -> bool {
    let name = line
        .trim_start()
        .strip_prefix("[[")
        .and_then(|rest| rest.split_once("]]"))
        .map(|(name, _)| name.trim());
    matches!(name, Some("source" | "image"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_cut_at_headers_and_nowhere_else() {
        let text = "version = 1\n[[image]]\na = 1\n[[image.platform]]\n [[ source ]] # b\n";
        let texts: Vec<&str> = pieces(text)
            .unwrap()
            .iter()
            .map(|piece| piece.text)
            .collect();
        assert_eq!(
            texts,
            [
                "version = 1\n",
                "[[image]]\na = 1\n[[image.platform]]\n",
                " [[ source ]] # b\n"
            ]
        );
        assert_eq!(pieces("").unwrap().len(), 1);
    }

    #[test]
    fn a_piece_has_a_limit() {
        let long = |bytes: usize| format!("\n[[image]]{}", " ".repeat(bytes.saturating_sub(9)));
        assert!(pieces(&long(PIECE_BYTES)).is_ok());
        assert!(pieces(&long(PIECE_BYTES.saturating_add(1))).is_err());
    }
}
