//! Text from outside, made fit for a terminal.

/// Replaces control characters and bidirectional overrides, and shortens to `longest` characters.
///
/// A registry's message may hold escape sequences that repaint the screen, or characters that
/// reorder what is read; neither reaches a person's terminal.
pub fn sanitize(text: &str, longest: usize) -> String {
    let mut out: String = text.chars().take(longest).map(tame).collect();
    if text.chars().nth(longest).is_some() {
        out.push('…');
    }
    out
}

fn tame(c: char) -> char {
    let reorders =
        matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    if c == '\n' || c == '\t' {
        ' '
    } else if c.is_control() || reorders {
        '\u{fffd}'
    } else {
        c
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_and_overrides_do_not_pass() {
        assert_eq!(sanitize("a\u{1b}[2Jb", 99), "a\u{fffd}[2Jb");
        assert_eq!(sanitize("a\u{202e}b\nc", 99), "a\u{fffd}b c");
    }

    #[test]
    fn long_text_is_cut_and_says_so() {
        assert_eq!(sanitize("abcdef", 3), "abc…");
        assert_eq!(sanitize("abc", 3), "abc");
    }
}
