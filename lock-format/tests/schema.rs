//! `schema.json` is what the code makes it, and fits what the code reads.

use std::collections::BTreeSet;

use serde_json::Value;
use snapbox::{Assert, Data, file};

/// Returns the schema that the code makes.
fn generated() -> Value {
    serde_json::to_value(lock_format::json_schema()).expect("a schema is JSON")
}

#[test]
fn the_file_is_the_generated_schema() {
    let text = format!("{:#}\n", generated());
    Assert::new()
        .action_env("SNAPSHOTS")
        .eq(Data::text(text).raw(), file!["../schema.json": Text].raw());
}

#[test]
fn the_schema_has_the_keys_of_the_specification() {
    let spec = include_str!("../SPEC.md");
    let schema = generated();
    for (heading, definition) in [
        ("### 3.1 ", None),
        ("### 3.2 ", Some("source")),
        ("### 3.3 ", Some("image")),
        ("### 3.4 ", Some("platform")),
        ("### 3.5 ", Some("referrer")),
    ] {
        let rest = spec.split_once(heading).expect("the section is there").1;
        let section = rest.split("\n### ").next().unwrap_or(rest);
        let specified: BTreeSet<&str> = section
            .lines()
            .filter_map(|line| Some(line.strip_prefix("| `")?.split_once('`')?.0))
            .collect();
        let table = definition.map_or(&schema, |name| &schema["$defs"][name]);
        let keys: BTreeSet<&str> = table["properties"]
            .as_object()
            .expect("a table has properties")
            .keys()
            .map(String::as_str)
            .collect();
        assert_eq!(keys, specified, "{heading}");
        let closed = ["additionalProperties", "unevaluatedProperties"];
        assert!(closed.iter().any(|key| table[key] == false), "{heading}");
    }
}
