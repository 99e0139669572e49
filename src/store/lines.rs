//! Files of lines, read one bounded line at a time.

use std::io::{self, BufRead as _, BufReader, Read};

/// A line, without its newline, or the reason why it is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Line<'a> {
    /// A line that ends with a newline.
    Whole(&'a [u8]),
    /// The end of the file, without a newline: an append that was cut.
    Torn(&'a [u8]),
    /// More bytes than a line may have; nothing after it is read.
    TooLong,
}

/// Calls `each` for every line in turn.
pub(super) fn read_lines<E: From<io::Error>>(
    reader: impl Read,
    limit: u64,
    mut each: impl FnMut(Line<'_>) -> Result<(), E>,
) -> Result<(), E> {
    let mut reader = BufReader::with_capacity(256 * 1024, reader);
    let mut buffer = Vec::new();
    loop {
        buffer.clear();
        let count = (&mut reader)
            .take(limit.saturating_add(1))
            .read_until(b'\n', &mut buffer)?;
        match buffer.strip_suffix(b"\n") {
            _ if count == 0 => return Ok(()),
            Some(line) => each(Line::Whole(line))?,
            None if count as u64 > limit => return each(Line::TooLong),
            None => return each(Line::Torn(&buffer)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str, limit: u64) -> Vec<String> {
        let mut seen = Vec::new();
        let result: io::Result<()> = read_lines(text.as_bytes(), limit, |line| {
            seen.push(match line {
                Line::Whole(bytes) => format!("whole {}", String::from_utf8_lossy(bytes)),
                Line::Torn(bytes) => format!("torn {}", String::from_utf8_lossy(bytes)),
                Line::TooLong => "too long".to_owned(),
            });
            Ok(())
        });
        result.unwrap();
        seen
    }

    #[test]
    fn whole_torn_and_overlong_lines_are_told_apart() {
        assert_eq!(lines("", 9), Vec::<String>::new());
        assert_eq!(lines("a\n\nb\n", 9), ["whole a", "whole ", "whole b"]);
        assert_eq!(lines("a\nb", 9), ["whole a", "torn b"]);
        assert_eq!(lines("abc\nd\n", 4), ["whole abc", "whole d"]);
        assert_eq!(lines("abcde\nd\n", 4), ["too long"]);
    }
}
