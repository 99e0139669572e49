//! As much of JSON Schema as `docs/check.schema.json` uses, and that file.

use serde_json::Value;

/// The schema of `lock --check --format json`.
pub(crate) fn of_check() -> Value {
    serde_json::from_str(include_str!("../../docs/check.schema.json")).expect("it is JSON")
}

/// Lists where a value breaks a schema.
pub(crate) fn violations(schema: &Value, value: &Value) -> Vec<String> {
    let mut wrong = Vec::new();
    check(schema, schema, value, "$", &mut wrong);
    wrong
}

fn check(whole: &Value, schema: &Value, value: &Value, at: &str, wrong: &mut Vec<String>) {
    for (key, rule) in schema.as_object().expect("a schema is an object") {
        let fits = match key.as_str() {
            "$schema" | "$id" | "$defs" | "title" | "description" => true,
            "$ref" => {
                let pointer = rule.as_str().and_then(|text| text.strip_prefix('#'));
                let target = whole.pointer(pointer.expect("a local reference"));
                check(whole, target.expect("it is there"), value, at, wrong);
                true
            }
            "type" => is_of_type(value, rule.as_str().expect("one type")),
            "const" => value == rule,
            "enum" => rule.as_array().is_some_and(|list| list.contains(value)),
            "minimum" => value.as_u64() >= rule.as_u64(),
            "minLength" => value.as_str().map(str::len) >= rule.as_u64().map(as_size),
            "minItems" => value.as_array().map(Vec::len) >= rule.as_u64().map(as_size),
            "required" => {
                let mut names = rule.as_array().into_iter().flatten();
                names.all(|name| value.get(name.as_str().unwrap_or_default()).is_some())
            }
            "items" => {
                for (index, item) in value.as_array().into_iter().flatten().enumerate() {
                    check(whole, rule, item, &format!("{at}[{index}]"), wrong);
                }
                true
            }
            "properties" => {
                for (name, rule) in rule.as_object().into_iter().flatten() {
                    if let Some(value) = value.get(name) {
                        check(whole, rule, value, &format!("{at}.{name}"), wrong);
                    }
                }
                true
            }
            "additionalProperties" => {
                let known = &schema["properties"];
                let mut names = value.as_object().into_iter().flatten();
                names.all(|(name, _)| known.get(name).is_some())
            }
            "anyOf" => rule.as_array().into_iter().flatten().any(|one| {
                let mut inner = Vec::new();
                check(whole, one, value, at, &mut inner);
                inner.is_empty()
            }),
            other => panic!("the schema uses `{other}`, which this test does not know"),
        };
        if !fits {
            wrong.push(format!("{at} breaks `{key}`: {value}"));
        }
    }
}

fn as_size(number: u64) -> usize {
    usize::try_from(number).expect("a small number")
}

fn is_of_type(value: &Value, name: &str) -> bool {
    match name {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_u64(),
        other => panic!("the schema uses the type `{other}`"),
    }
}

#[test]
fn the_schema_refuses_what_it_should() {
    let schema = of_check();
    let good = serde_json::json!({
        "schema": "airlock.check/1", "lockfile": "airlock.lock", "passed": true,
        "complete": true,
        "errors": 0, "warnings": 0, "findings": [], "fix": [],
    });
    assert!(violations(&schema, &good).is_empty());
    let finding = serde_json::json!({"code": "check/pending", "level": "fatal"});
    for (key, value) in [
        ("passed", serde_json::json!("yes")),
        ("complete", serde_json::json!(0)),
        ("schema", serde_json::json!("airlock.check/2")),
        ("errors", serde_json::json!(-1)),
        ("findings", serde_json::json!([finding])),
        ("more", serde_json::json!(1)),
    ] {
        let mut bad = good.clone();
        bad[key] = value;
        assert!(!violations(&schema, &bad).is_empty(), "{key}");
    }
}

#[test]
fn every_field_is_described() {
    fn undescribed(schema: &Value, at: &str) -> Vec<String> {
        let mut found = Vec::new();
        for (name, field) in schema["properties"].as_object().into_iter().flatten() {
            let said = field["description"].as_str().unwrap_or_default();
            if said.is_empty() {
                found.push(format!("{at}.{name}"));
            }
            found.extend(undescribed(field, name));
        }
        found
    }
    let schema = of_check();
    let parts = schema["$defs"].as_object().expect("its parts").iter();
    let of_parts = parts.flat_map(|(name, part)| undescribed(part, name));
    let found: Vec<String> = undescribed(&schema, "$")
        .into_iter()
        .chain(of_parts)
        .collect();
    assert_eq!(found, Vec::<String>::new());
}
