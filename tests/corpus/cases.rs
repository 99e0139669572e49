//! The case lists.

use std::path::Path;

use serde_json::Value;

/// Reads the cases of `list` that are of `kind`.
pub(crate) fn cases(corpus: &Path, list: &str, kind: &str) -> Vec<Value> {
    let text = std::fs::read_to_string(corpus.join(list)).expect("the list is readable");
    let cases = text
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).expect("a case is JSON"));
    cases.filter(|case| case["kind"] == kind).collect()
}

/// Returns the bytes of a case's input: a file, or a unit repeated between a prefix and a suffix.
pub(crate) fn input(corpus: &Path, case: &Value) -> Vec<u8> {
    if let Some(path) = case["input"].as_str() {
        return std::fs::read(corpus.join(path)).expect("the input is readable");
    }
    let recipe = &case["generate"];
    let part = |name: &str| recipe[name].as_str().expect("a recipe has all its parts");
    let length = recipe["bytes"].as_u64().expect("a recipe has a length");
    let length = usize::try_from(length).expect("the length fits");
    let count = (length - part("prefix").len()) / part("unit").len();
    [part("prefix"), &part("unit").repeat(count), part("suffix")]
        .concat()
        .into_bytes()
}
