//! Keys compared as Go's `encoding/json` compares them: without regard to case.

use std::cmp::Ordering;

/// Compares two keys by their folded characters.
pub(super) fn compare(a: &str, b: &str) -> Ordering {
    a.chars().map(fold).cmp(b.chars().map(fold))
}

/// Folds ASCII letters, and the two other characters that fold to one: U+017F and U+212A.
fn fold(c: char) -> char {
    match c {
        '\u{17f}' => 's',
        '\u{212a}' => 'k',
        other => other.to_ascii_lowercase(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_fold_as_in_go() {
        for (a, b, equal) in [
            ("layers", "LayErs", true),
            ("layers", "layer\u{17f}", true),
            ("k", "\u{212a}", true),
            ("layers", "layer", false),
            ("é", "É", false),
        ] {
            assert_eq!(compare(a, b) == Ordering::Equal, equal, "{a} {b}");
        }
    }
}
