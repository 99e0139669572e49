//! Any word, with the values of the lines before it: no panic, and bounded.

use std::collections::BTreeMap;

use airlock::dockerfile::expand_word;

/// Longest word after expansion.
const LONGEST: usize = 2 << 20;

pub(crate) fn check(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    let mut values = BTreeMap::new();
    let mut word = "";
    for line in text.split('\n') {
        match line.split_once('=') {
            Some((name, value)) if name.bytes().all(|b| b.is_ascii_alphanumeric()) => {
                values.insert(name.to_owned(), value.to_owned());
            }
            _ => word = line,
        }
    }
    for escape in ['\\', '`'] {
        if let Ok(expanded) = expand_word(word, escape, &values) {
            assert!(expanded.len() <= LONGEST);
            let plain = !word.contains(['$', '\'', '"', escape, '\u{feff}']);
            assert!(!plain || expanded == word, "a word without marks is itself");
        }
    }
}
