//! Dockerfiles side by side with what they need, one rule of BuildKit's in each.
//!
//! A case is a folder below `golden/dockerfile`: `Dockerfile`, perhaps `options.json`, and
//! `expected.txt`. `SNAPSHOTS=overwrite` writes the expectations anew; read the difference then.

mod case;
mod limits;
mod names;
mod render;

use std::collections::BTreeSet;

#[test]
fn every_folder_is_a_case() {
    let folders: BTreeSet<String> = case::folders();
    let names: BTreeSet<String> = names::NAMES.iter().map(ToString::to_string).collect();
    assert_eq!(folders, names);
}
