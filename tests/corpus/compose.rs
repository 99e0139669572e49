//! Compose cases: compose-go's answers, and BuildKit's for the builds.

use std::collections::BTreeMap;
use std::path::Path;

use airlock::compose::Request;
use airlock::inputs::Root;
use airlock::ops::project::scan::scan_compose;
use airlock::ops::resolve::{BuildOptions, NoTriggers};
use serde_json::{Map, Value, json};

use crate::cases::cases;
use crate::corpus;
use crate::score::Score;

/// Classes that say nothing about images: a tool may answer `ok` instead.
const LENIENT: &[&str] = &[
    "bad_value",
    "undefined_config",
    "undefined_network",
    "undefined_secret",
    "undefined_volume",
];

/// Fields of a service that say nothing about images.
const IGNORED: &[&str] = &["profiles", "scale"];

#[test]
fn compose_cases_are_answered_as_by_compose_go() {
    run("compose-cases.jsonl");
}

#[test]
fn hostile_compose_files_are_answered_as_by_compose_go() {
    run("adversarial-cases.jsonl");
}

fn run(list: &str) {
    let Some(corpus) = corpus(list) else { return };
    let mut score = Score::default();
    for case in cases(&corpus, list, "compose") {
        let answer = answer(&corpus, &case);
        score.count(&case, &differences(&case["expect"], &answer));
    }
    score.settle(list);
}

fn answer(corpus: &Path, case: &Value) -> Value {
    let text = |name: &str| case[name].as_str().unwrap_or_default();
    let top = corpus.join(text("root"));
    let top = top.canonicalize().expect("the root of a case is there");
    let shown = top.to_str().expect("the corpus has a plain path");
    let real = |text: &str| text.replace("$ROOT", shown);
    let texts = |name: &str| -> Vec<String> {
        let texts = case[name].as_array().into_iter().flatten();
        texts.filter_map(Value::as_str).map(real).collect()
    };
    let optional = |name: &str| Some(real(text(name))).filter(|text| !text.is_empty());
    let environment = case["env"].as_object().into_iter().flatten();
    let request = Request {
        files: texts("files"),
        env_files: texts("env_files"),
        project_directory: optional("project_dir"),
        project_name: optional("project_name"),
        profiles: texts("profiles"),
        services: texts("services"),
        environment: environment
            .map(|(name, value)| (name.clone(), real(value.as_str().unwrap_or_default())))
            .collect::<BTreeMap<_, _>>(),
    };
    let root = Root::open(&top, &top.join(text("cwd"))).expect("the root can be opened");
    let amd64 = || "linux/amd64".parse().expect("it is a platform");
    let options = BuildOptions {
        platforms: vec![amd64()],
        build_platform: amd64(),
    };
    let scan = scan_compose(&root, request, &options, &NoTriggers).expect("files can be read");
    serde_json::to_value(&scan.source).expect("the data is JSON")
}

/// Lists the fields that differ, each with both sides.
fn differences(expect: &Value, answer: &Value) -> Vec<String> {
    let mut out = Differences::default();
    let class = &expect["error_class"];
    let lenient = LENIENT.iter().any(|lenient| class == lenient);
    if !(lenient && answer["ok"] == true) {
        out.compare("ok", &expect["ok"], &answer["ok"]);
        out.compare("error class", class, &answer["error"]["class"]);
    }
    for name in ["project_name", "working_dir", "files", "models"] {
        if let Some(expected) = expect.get(name) {
            out.compare(name, &relative(expected), &answer[name]);
        }
    }
    if let Some(count) = expect["service_count"].as_u64() {
        let services = answer["services"].as_object().map_or(0, Map::len);
        out.compare("service count", &json!(count), &json!(services));
    }
    for name in ["services", "disabled_services"] {
        if let Some(expected) = expect[name].as_object() {
            out.services(name, expected, &answer[name]);
        }
    }
    out.0
}

/// `$ROOT/x` is `x`, and `$ROOT` is `.`.
fn relative(value: &Value) -> Value {
    match value {
        Value::String(text) if text == "$ROOT" => json!("."),
        Value::String(text) => json!(text.strip_prefix("$ROOT/").unwrap_or(text)),
        Value::Array(items) => items.iter().map(relative).collect(),
        Value::Object(map) => {
            let map = map.iter();
            Value::Object(
                map.map(|(key, value)| (key.clone(), relative(value)))
                    .collect(),
            )
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => value.clone(),
    }
}

#[derive(Default)]
struct Differences(Vec<String>);

impl Differences {
    fn compare(&mut self, name: &str, expected: &Value, found: &Value) {
        if expected != found {
            self.0
                .push(format!("{name}: expected {expected}\n      found {found}"));
        }
    }

    fn services(&mut self, section: &str, expected: &Map<String, Value>, found: &Value) {
        let names = |map: &Map<String, Value>| json!(map.keys().collect::<Vec<_>>());
        let found_names = found.as_object().map_or(Value::Null, names);
        self.compare(
            &format!("names of {section}"),
            &names(expected),
            &found_names,
        );
        for (name, expected) in expected {
            self.service(&format!("{section}.{name}"), expected, &found[name]);
        }
    }

    /// Compares the fields of a service; what is not expected must be empty.
    fn service(&mut self, path: &str, expected: &Value, found: &Value) {
        for (field, expected) in expected.as_object().into_iter().flatten() {
            let name = format!("{path}.{field}");
            match field.as_str() {
                "build" => self.fields(&name, expected, &found["build"]),
                "build_result" => self.build_result(&name, expected, &found["build_result"]),
                field if IGNORED.contains(&field) => {}
                field => self.compare(&name, &relative(expected), &found[field]),
            }
        }
        let fields = [
            "platform",
            "pull_policy",
            "build",
            "image_volumes",
            "pre_start_images",
        ];
        self.nothing_more(path, expected, found, &fields);
    }

    fn fields(&mut self, path: &str, expected: &Value, found: &Value) {
        for (field, expected) in expected.as_object().into_iter().flatten() {
            if !matches!(field.as_str(), "pull" | "dockerfile_inline") {
                self.compare(
                    &format!("{path}.{field}"),
                    &relative(expected),
                    &found[field],
                );
            }
        }
        let fields = ["dockerfile", "args", "target", "platforms", "cache_from"];
        self.nothing_more(path, expected, found, &fields);
    }

    fn nothing_more(&mut self, path: &str, expected: &Value, found: &Value, fields: &[&str]) {
        for field in fields.iter().filter(|field| expected.get(field).is_none()) {
            let value = &found[field];
            let is_empty = value.is_null()
                || value.as_array().is_some_and(Vec::is_empty)
                || value.as_object().is_some_and(Map::is_empty);
            if !is_empty {
                self.compare(&format!("{path}.{field}"), &Value::Null, value);
            }
        }
    }

    fn build_result(&mut self, path: &str, expected: &Value, found: &Value) {
        let Some(expected) = expected.as_array() else {
            self.compare(path, &expected["skipped"], &found["skipped"]);
            return;
        };
        let count = found.as_array().map_or(0, Vec::len);
        self.compare(path, &json!(expected.len()), &json!(count));
        for (expected, found) in expected.iter().zip(found.as_array().into_iter().flatten()) {
            self.compare(
                &format!("{path} class"),
                &expected["error_class"],
                &found["error"]["class"],
            );
            for field in ["ok", "images_known", "resolve", "platform"] {
                if let Some(expected) = expected.get(field) {
                    self.compare(&format!("{path}.{field}"), expected, &found[field]);
                }
            }
            for field in ["written", "normalized", "line", "from"] {
                if let Some(expected) = expected["syntax"].get(field) {
                    self.compare(&format!("{path}.syntax"), expected, &found["syntax"][field]);
                }
            }
        }
    }
}
