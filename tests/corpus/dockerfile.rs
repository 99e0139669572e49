//! Dockerfile cases: BuildKit's answers.

use std::collections::BTreeMap;
use std::path::Path;

use airlock::dockerfile::Options;
use airlock::inputs::Input;
use airlock::ops::project::scan::scan_dockerfile;
use airlock::ops::resolve::GivenTriggers;
use serde_json::{Value, json};

use crate::cases::{cases, input};
use crate::corpus;
use crate::score::Score;

/// Classes of errors that have nothing to do with images: a tool may answer `ok` instead.
const LENIENT: &[&str] = &["instruction_error", "lint_error", "stage_order"];

#[test]
fn dockerfile_cases_are_answered_as_by_buildkit() {
    run("dockerfile-cases.jsonl");
}

#[test]
fn hostile_dockerfiles_are_answered_as_by_buildkit() {
    run("adversarial-cases.jsonl");
}

fn run(list: &str) {
    let Some(corpus) = corpus(list) else { return };
    let mut score = Score::default();
    for case in cases(&corpus, list, "dockerfile") {
        let answer = answer(&corpus, &case);
        score.count(&case, &differences(&case["expect"], &answer));
    }
    score.settle(list);
}

fn answer(corpus: &Path, case: &Value) -> Value {
    let text = |name: &str| case[name].as_str().unwrap_or_default().to_owned();
    let map = |name: &str| -> BTreeMap<String, String> {
        serde_json::from_value(case[name].clone()).unwrap_or_default()
    };
    let platform = |name: &str| text(name).parse().expect("a case names platforms");
    let options = Options {
        args: map("args"),
        target: text("target"),
        platform: platform("platform"),
        build_platform: platform("build_platform"),
        contexts: map("contexts"),
        all_stages: false,
    };
    let triggers = serde_json::from_value(case["image_onbuild"].clone()).unwrap_or_default();
    let input = Input {
        name: text("input"),
        bytes: input(corpus, case),
    };
    let scan = scan_dockerfile(&input, &options, &GivenTriggers(triggers));
    let scan = scan.expect("given triggers are always there");
    serde_json::to_value(&scan.source).expect("the data is JSON")
}

/// Lists the fields that differ, each with both sides.
fn differences(expect: &Value, answer: &Value) -> Vec<String> {
    let mut out = Vec::new();
    let mut compare = |name: &str, expected: Value, found: Value| {
        if expected != found {
            out.push(format!("{name}: expected {expected}\n      found {found}"));
        }
    };
    let class = &expect["error_class"];
    let lenient = LENIENT.iter().any(|lenient| class == lenient);
    if !(lenient && answer["ok"] == true) {
        compare("ok", expect["ok"].clone(), answer["ok"].clone());
        compare(
            "error class",
            class.clone(),
            answer["error"]["class"].clone(),
        );
        let line = &expect["error_line"];
        if !line.is_null() && !also(&answer["error"]).any(|also| also["line"] == *line) {
            compare("error line", line.clone(), answer["error"]["line"].clone());
        }
    }
    compare(
        "images_known",
        expect["images_known"].clone(),
        answer["images_known"].clone(),
    );
    for name in ["resolve", "images", "add_remote"] {
        if let Some(expected) = expect.get(name) {
            compare(name, expected.clone(), answer[name].clone());
        }
    }
    if let Some(expected) = expect.get("stages") {
        let (expected, found) = stages(expected, &answer["stages"]);
        compare("stages", expected, found);
    }
    compare(
        "syntax",
        syntax(&expect["syntax"]),
        answer["syntax"].clone(),
    );
    all_stages(&expect["all_stages"], &answer["all_stages"], &mut compare);
    out
}

/// The reference looks at all references at once: which of several wrong ones it names is a race,
/// and differs from run to run.
fn also(error: &Value) -> impl Iterator<Item = &Value> {
    error["also"].as_array().into_iter().flatten()
}

fn all_stages(expect: &Value, answer: &Value, compare: &mut impl FnMut(&str, Value, Value)) {
    let class = &expect["error_class"];
    let lenient = LENIENT.iter().any(|lenient| class == lenient);
    if !(lenient && answer["ok"] == true) {
        compare("all_stages ok", expect["ok"].clone(), answer["ok"].clone());
        compare(
            "all_stages class",
            class.clone(),
            answer["error"]["class"].clone(),
        );
    }
    if let Some(expected) = expect.get("resolve") {
        compare(
            "all_stages resolve",
            expected.clone(),
            answer["resolve"].clone(),
        );
    }
}

/// What the reference passed on to the front end besides its name is not compared.
fn syntax(expect: &Value) -> Value {
    let mut expect = expect.clone();
    if let Some(fields) = expect.as_object_mut() {
        fields.remove("cmdline");
        if fields.remove("error").is_some() {
            fields.insert("normalized".to_owned(), json!(null));
        }
    }
    expect
}

/// The reference fills in the platform of a stage on a stage on a stage in the order of a random
/// iteration, so that it is sometimes empty: an empty one is not compared.
fn stages(expect: &Value, answer: &Value) -> (Value, Value) {
    let mut answer = answer.clone();
    let expected = expect.as_array().into_iter().flatten();
    let found = answer.as_array_mut().into_iter().flatten();
    for (expected, found) in expected.zip(found) {
        if expected["base_is"] == "stage"
            && expected["needed"] == true
            && expected["platform"] == ""
        {
            found["platform"] = json!("");
        }
    }
    (expect.clone(), answer)
}
