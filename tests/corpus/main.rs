//! Every case of the corpus of real and hostile project files, with the reference
//! implementations' answers.
//!
//! The corpus is a folder outside the project; `AIRLOCK_CORPUS` names it. Without the variable the
//! tests say that they are left out; with `AIRLOCK_CORPUS_REQUIRED=1` they fail then.
#![expect(
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "the test reads its own corpus and prints scores"
)]

mod cases;
mod compose;
mod dockerfile;
mod score;

use std::env;
use std::path::PathBuf;

/// Returns the folder of the corpus; none where the tests are to be left out.
fn corpus(test: &str) -> Option<PathBuf> {
    if let Some(folder) = env::var_os("AIRLOCK_CORPUS") {
        return Some(PathBuf::from(folder));
    }
    assert!(
        env::var_os("AIRLOCK_CORPUS_REQUIRED").is_none_or(|value| value != "1"),
        "AIRLOCK_CORPUS names no folder, and the corpus is required"
    );
    println!("{test}: left out, as AIRLOCK_CORPUS names no corpus");
    None
}
