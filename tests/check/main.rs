//! Each kind of finding of `lock --check` in each form of output, side by side with its project.
//!
//! A case is a folder below `golden/check`: `airlock.lock`, the files that ask for images, perhaps
//! `options.json`, and what is expected. `SNAPSHOTS=overwrite` writes the expectations anew; read the
//! difference then.

mod case;
mod forms;
mod schema;

use std::collections::BTreeSet;

use airlock::ops::project::check::CODES;

#[test]
fn every_case_gives_what_is_expected_in_every_form() {
    for name in case::names() {
        forms::compare(&name);
    }
}

#[test]
fn every_kind_of_finding_has_a_case() {
    let mut found = BTreeSet::new();
    for name in case::names() {
        found.extend(case::run(&name).iter().map(|finding| finding.code));
    }
    let all: BTreeSet<_> = CODES.iter().copied().collect();
    assert_eq!(found, all);
}

#[test]
fn the_guide_and_the_schema_name_every_kind_of_finding() {
    let guide = include_str!("../../docs/ci.md");
    let schema = schema::of_check();
    let listed = &schema["$defs"]["finding"]["properties"]["code"]["enum"];
    let listed: Vec<_> = listed.as_array().into_iter().flatten().collect();
    assert_eq!(
        listed,
        CODES.iter().map(|code| code.as_str()).collect::<Vec<_>>()
    );
    for code in CODES {
        assert!(guide.contains(&format!("`{code}`")), "{code}");
    }
}
