//! Every example of the specification is a lock, in canonical text.

use lock_format::Lockfile;

const SPEC: &str = include_str!("../SPEC.md");

/// Returns the blocks marked as TOML.
fn examples() -> Vec<&'static str> {
    SPEC.split("```toml\n")
        .skip(1)
        .map(|rest| rest.split("```").next().expect("a block has an end"))
        .collect()
}

#[test]
fn every_example_is_read_and_written_back_byte_for_byte() {
    let examples = examples();
    assert!(examples.len() >= 4, "the specification has its examples");
    for text in examples {
        let parsed = Lockfile::parse(text).unwrap_or_else(|error| {
            panic!("{error} at {:?} in:\n{text}", error.position());
        });
        assert_eq!(parsed.lockfile.to_text(), text);
        assert!(parsed.canonical && !parsed.crlf);
    }
}

#[test]
fn the_examples_show_every_key() {
    let all = examples().concat();
    let keys = SPEC
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split_once('`'))
        .map(|(key, _)| key)
        .filter(|key| !matches!(*key, "source" | "image" | "platform" | "referrer"));
    let missing: Vec<&str> = keys
        .filter(|key| !all.contains(&format!("{key} = ")))
        .collect();
    assert!(missing.is_empty(), "no example has {missing:?}");
}
