//! `docs/reliability.md` names codes and tests that there are.

use std::collections::BTreeMap;

use airlock::cli::all_codes;
use airlock::diagnostic::Code;

const PAGE: &str = include_str!("../../docs/reliability.md");

fn sources() -> BTreeMap<&'static str, &'static str> {
    BTreeMap::from([
        ("acceptance", include_str!("acceptance.rs")),
        ("damaged", include_str!("damaged.rs")),
        ("forged", include_str!("forged.rs")),
        ("ledger", include_str!("ledger.rs")),
        ("one_way", include_str!("one_way.rs")),
        ("pending", include_str!("pending.rs")),
        ("replayed", include_str!("replayed.rs")),
        ("signed", include_str!("signed.rs")),
        ("volumes", include_str!("volumes.rs")),
    ])
}

#[test]
fn every_refusal_has_a_code_and_a_test_that_names_it() {
    let codes: Vec<&str> = all_codes().into_iter().map(Code::as_str).collect();
    let sources = sources();
    let table = PAGE.split("| refused | code | test |").nth(1).unwrap();
    let rows = table
        .lines()
        .skip(2)
        .take_while(|line| line.starts_with('|'));
    let mut count = 0;
    for row in rows {
        let cells: Vec<&str> = row
            .split('|')
            .map(|cell| cell.trim().trim_matches('`'))
            .collect();
        let (code, test) = (cells[2], cells[3]);
        assert!(codes.contains(&code), "no such code: {row}");
        let (file, name) = test.split_once("::").unwrap();
        let source = sources[file];
        assert!(
            source.contains(&format!("#[test]\nfn {name}()")),
            "no such test: {row}"
        );
        assert!(source.contains(code), "the test names another code: {row}");
        count += 1;
    }
    assert!(count >= 54, "only {count} rows were read");
}

#[test]
fn the_number_of_codes_is_not_too_high() {
    let told = PAGE.split("more than ").nth(1).unwrap();
    let told: usize = told.split(' ').next().unwrap().parse().unwrap();
    assert!(told < all_codes().len(), "{told}");
}
