//! Properties of the canonical text: there is one way to write each value.

use airlock::wire::Transfer;
use proptest::prelude::*;
use proptest::sample::Index;

use crate::golden;

/// A piece of JSON, or of what it is easily mistaken for.
fn piece() -> impl Strategy<Value = String> {
    let pieces = [
        "{",
        "}",
        "[",
        "]",
        ",",
        ":",
        "\"",
        "\\",
        "\\\"",
        "\\u0041",
        "null",
        "true",
        "0",
        "00",
        "-1",
        "1.0",
        "1e9",
        "9007199254740992",
        " ",
        "\n",
        "\t",
        "\u{e9}",
        "\u{feff}",
        "\0",
        "\"a\":1,",
        "\"format\":1",
        "\"kind\":\"bundle\"",
        "sha256:",
        "latest",
        "@",
        "..",
        "/",
    ];
    prop_oneof![
        3 => prop::sample::select(pieces.map(str::to_owned).to_vec()),
        1 => "[ -~]{0,3}",
    ]
}

#[test]
fn a_changed_text_is_refused_or_is_written_as_it_was_read() {
    for folder in ["request", "bundle", "receipt"] {
        let original = golden::read(&format!("{folder}/transfer.json"));
        assert_eq!(
            Transfer::parse(&original).unwrap().to_json().unwrap(),
            original
        );
        let config = ProptestConfig {
            cases: 3000,
            failure_persistence: None,
            ..ProptestConfig::default()
        };
        let places = (any::<Index>(), 0..12_usize);
        proptest!(config, |(changes in prop::collection::vec((places, piece()), 1..3))| {
            let mut text = original.clone();
            for ((at, count), piece) in changes {
                let start = at.index(text.len());
                let end = (start + count).min(text.len());
                text.splice(start..end, piece.bytes());
            }
            if let Ok(read) = Transfer::parse(&text) {
                prop_assert_eq!(read.to_json().unwrap(), text);
            }
        });
    }
}

#[test]
fn any_bytes_are_read_without_a_panic() {
    let config = ProptestConfig {
        cases: 3000,
        failure_persistence: None,
        ..ProptestConfig::default()
    };
    proptest!(config, |(text in prop::collection::vec(piece(), 0..40))| {
        prop_assert!(Transfer::parse(text.concat().as_bytes()).is_err());
    });
}
