//! Every code is unique and has its paragraph in `docs/errors.md`, and no other has.

use std::collections::BTreeSet;

use airlock::cli::all_codes;

#[test]
fn no_two_rooms_share_a_code() {
    let codes = all_codes();
    let unique: BTreeSet<_> = codes.iter().collect();
    let twice: Vec<_> = unique
        .iter()
        .filter(|code| codes.iter().filter(|other| *other == **code).count() > 1)
        .collect();
    assert!(twice.is_empty(), "{twice:?}");
}

#[test]
fn codes_are_kebab_case_under_their_room() {
    for code in all_codes() {
        let (room, what) = code.as_str().split_once('/').expect("room/what-is-wrong");
        for part in [room, what] {
            let plain = part
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
            assert!(plain && !part.is_empty(), "{code}");
        }
    }
}

#[test]
fn the_documentation_has_exactly_these_codes() {
    let page = include_str!("../docs/errors.md");
    let documented: Vec<&str> = page
        .lines()
        .filter_map(|line| line.strip_prefix("### "))
        .collect();
    let mut sorted = documented.clone();
    sorted.sort_unstable();
    assert_eq!(documented, sorted, "the paragraphs are sorted by code");
    let codes: BTreeSet<&str> = all_codes()
        .into_iter()
        .map(airlock::diagnostic::Code::as_str)
        .collect();
    let documented: BTreeSet<&str> = documented.into_iter().collect();
    let missing: Vec<_> = codes.difference(&documented).collect();
    let unknown: Vec<_> = documented.difference(&codes).collect();
    assert!(
        missing.is_empty() && unknown.is_empty(),
        "undocumented: {missing:?}, unknown: {unknown:?}"
    );
}
