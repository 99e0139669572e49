//! `--name=value` between an instruction and its arguments.

use crate::dockerfile::text::{is_separator, is_space_byte};

use super::logical::Piece;

/// A flag as it is written, quotes and escapes resolved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct RawFlag {
    /// With its dashes.
    pub(super) text: String,
    /// Where it stands in the logical line.
    pub(super) from: usize,
    pub(super) to: usize,
}

/// Splits a line into instruction, flags and the rest.
pub(super) fn split_command(line: Piece<'_>, escape: u8) -> (Piece<'_>, Vec<RawFlag>, Piece<'_>) {
    let line = line.trim();
    let end = line
        .bytes
        .iter()
        .position(|b| is_separator(*b))
        .unwrap_or(line.bytes.len());
    let keyword = line.part(0, end);
    let gap = line.from(end);
    let start = gap.bytes.iter().position(|b| !is_separator(*b));
    let (flags, rest) = match start {
        Some(start) => take_flags(gap.from(start), escape),
        None => (Vec::new(), gap.from(gap.bytes.len())),
    };
    (keyword, flags, rest.trim())
}

/// Where the scanner stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Phase {
    Between,
    Word,
    Quoted(u8),
}

/// The word being read. Bytes are taken for characters, as BuildKit does.
#[derive(Default)]
struct Word {
    text: String,
    from: usize,
    /// An empty pair of quotes makes a word.
    quoted: bool,
}

fn take_flags(line: Piece<'_>, escape: u8) -> (Vec<RawFlag>, Piece<'_>) {
    let mut flags = Vec::new();
    let mut phase = Phase::Between;
    let mut word = Word::default();
    let mut bytes = line.bytes.iter().copied().enumerate().peekable();
    while let Some((at, byte)) = bytes.next() {
        if phase == Phase::Between {
            if is_space_byte(byte) {
                continue;
            }
            if byte != b'-' || bytes.peek().is_none_or(|(_, next)| *next != b'-') {
                return (flags, line.from(at));
            }
            phase = Phase::Word;
            word.from = line.at.saturating_add(at);
        }
        match (phase, byte) {
            (Phase::Quoted(quote), byte) if byte == quote => phase = Phase::Word,
            (Phase::Word, byte) if is_space_byte(byte) => {
                if word.text == "--" {
                    return (flags, line.from(at));
                }
                finish(&mut flags, &mut word, line.at.saturating_add(at));
                phase = Phase::Between;
            }
            (Phase::Word, b'\'' | b'"') => {
                word.quoted = true;
                phase = Phase::Quoted(byte);
            }
            (_, byte) if byte == escape => match bytes.next() {
                Some((_, escaped)) => word.text.push(char::from(escaped)),
                // An escape that ends the line is dropped, and an open quote with it.
                None => phase = Phase::Word,
            },
            (_, byte) => word.text.push(char::from(byte)),
        }
    }
    if phase != Phase::Between && word.text != "--" {
        finish(&mut flags, &mut word, line.end());
    }
    (flags, line.from(line.bytes.len()))
}

fn finish(flags: &mut Vec<RawFlag>, word: &mut Word, to: usize) {
    let done = std::mem::take(word);
    if done.quoted || !done.text.is_empty() {
        flags.push(RawFlag {
            text: done.text,
            from: done.from,
            to,
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(line: &str) -> (String, Vec<String>, String) {
        let piece = Piece {
            bytes: line.as_bytes(),
            at: 0,
        };
        let (keyword, flags, rest) = split_command(piece, b'\\');
        (
            String::from_utf8(keyword.bytes.to_vec()).unwrap(),
            flags.into_iter().map(|flag| flag.text).collect(),
            String::from_utf8(rest.bytes.to_vec()).unwrap(),
        )
    }

    #[test]
    fn flags_end_where_a_word_has_no_dashes() {
        for (line, keyword, flags, rest) in [
            ("FROM alpine", "FROM", vec![], "alpine"),
            (
                " COPY\t--from=a  --link b --c ",
                "COPY",
                vec!["--from=a", "--link"],
                "b --c",
            ),
            ("COPY --from=\"a b\" c", "COPY", vec!["--from=a b"], "c"),
            ("COPY --from=a\\ b c", "COPY", vec!["--from=a b"], "c"),
            ("COPY --a -- --b c", "COPY", vec!["--a"], "--b c"),
            ("COPY --from= a b", "COPY", vec!["--from="], "a b"),
            ("RUN --mount='a,b", "RUN", vec!["--mount=a,b"], ""),
            ("RUN --", "RUN", vec![], ""),
            ("RUN -x", "RUN", vec![], "-x"),
            ("RUN", "RUN", vec![], ""),
        ] {
            let expected = (
                keyword.to_owned(),
                flags.iter().map(ToString::to_string).collect(),
                rest.to_owned(),
            );
            assert_eq!(split(line), expected, "{line}");
        }
    }
}
