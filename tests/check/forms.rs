//! The forms of output of a case, compared with what is expected.

use airlock::diagnostic::{Class, Code, Diagnose, Finding};
use airlock::ops::project::check::RULES;
use airlock::report::findings::{self, Sheet};
use airlock::report::{Style, WIDTH};
use serde_json::Value;
use snapbox::{Assert, Data};

use crate::{case, schema};

/// Writes a form.
type Form = fn(&Sheet<'_>) -> String;

/// Every form and the file that holds it.
const FORMS: [(&str, Form); 5] = [
    ("human.txt", human),
    ("check.json", findings::json),
    ("summary.md", findings::markdown),
    ("github.txt", findings::github),
    ("check.sarif", findings::sarif),
];

fn human(sheet: &Sheet<'_>) -> String {
    let style = Style {
        color: false,
        width: WIDTH,
    };
    findings::human(sheet, style)
}

/// The sheet of a case. The version is not the program's, so that a release changes no expectation.
pub(crate) fn sheet(found: &[Finding]) -> Sheet<'_> {
    Sheet {
        lockfile: "airlock.lock",
        findings: found,
        failure: None,
        complete: true,
        rules: RULES,
        version: "1.2.3",
    }
}

/// Compares all forms of a case byte by byte.
pub(crate) fn compare(name: &str) {
    let found = case::run(name);
    let assert = Assert::new().action_env("SNAPSHOTS");
    for (file, form) in FORMS {
        let expected = Data::read_from(&case::folder(name).join(file), None);
        assert.eq(Data::text(form(&sheet(&found))).raw(), expected.raw());
    }
}

fn parsed(text: &str) -> Value {
    serde_json::from_str(text).expect("it is JSON")
}

#[test]
fn json_keeps_its_schema() {
    for name in case::names() {
        let text = findings::json(&sheet(&case::run(&name)));
        let wrong = schema::violations(&schema::of_check(), &parsed(&text));
        assert!(wrong.is_empty(), "{name}: {wrong:#?}");
    }
}

#[test]
fn sarif_has_the_structure_that_code_scanning_reads() {
    for name in case::names() {
        let found = case::run(&name);
        let log = parsed(&findings::sarif(&sheet(&found)));
        assert_eq!(log["version"], "2.1.0");
        let schema = log["$schema"].as_str().expect("a schema");
        assert!(schema.ends_with("sarif-2.1.0.json"), "{schema}");
        let runs = log["runs"].as_array().expect("runs");
        assert_eq!(runs.len(), 1, "{name}");
        let driver = &runs[0]["tool"]["driver"];
        assert_eq!(driver["name"], "airlock");
        let rules = driver["rules"].as_array().expect("rules");
        for rule in rules {
            for part in ["help", "shortDescription", "fullDescription"] {
                let text = &rule[part]["text"];
                assert!(text.as_str().is_some_and(|text| !text.is_empty()), "{rule}");
            }
        }
        let results = runs[0]["results"].as_array().expect("results");
        assert_eq!(results.len(), found.len(), "{name}");
        for result in results {
            let index = result["ruleIndex"].as_u64().expect("an index");
            let rule = &rules[usize::try_from(index).expect("a small number")];
            assert_eq!(rule["id"], result["ruleId"]);
            assert!(["error", "warning"].contains(&result["level"].as_str().expect("a level")));
            assert!(result["message"]["text"].is_string());
            let place = &result["locations"][0]["physicalLocation"];
            let uri = place["artifactLocation"]["uri"].as_str().expect("a file");
            assert!(!uri.starts_with('/') && !uri.contains("://"), "{uri}");
            assert_eq!(place["artifactLocation"]["uriBaseId"], "%SRCROOT%");
            assert!(place["region"]["startLine"].as_u64() > Some(0), "{result}");
            let fingerprint = &result["partialFingerprints"]["airlock/v1"];
            assert_eq!(fingerprint.as_str().map(str::len), Some(64), "{result}");
        }
    }
}

#[test]
fn fingerprints_stay_where_lines_move_and_differ_from_each_other() {
    for name in case::names() {
        let moved = tempfile::tempdir().expect("a folder");
        for entry in std::fs::read_dir(case::folder(&name)).expect("the case is readable") {
            let path = entry.expect("a file").path();
            let file = path.file_name().expect("a name");
            #[expect(clippy::disallowed_methods, reason = "our own case")]
            let text = std::fs::read_to_string(&path).expect("a text");
            let is_source = !["airlock.lock", "options.json"].contains(&&*file.to_string_lossy());
            // A directive counts at the top alone.
            let moves = is_source && !text.starts_with("# syntax");
            let before = if moves { "# one\n# two\n\n" } else { "" };
            #[expect(clippy::disallowed_methods, reason = "a copy of our own case")]
            std::fs::write(moved.path().join(file), format!("{before}{text}")).expect("a copy");
        }
        let prints = |found: &[Finding]| -> Vec<String> {
            found.iter().map(|f| f.fingerprint.clone()).collect()
        };
        let before = prints(&case::run(&name));
        let after = prints(&case::run_in(moved.path(), &name));
        assert_eq!(before, after, "{name}");
        let mut unique = before.clone();
        unique.sort();
        unique.dedup();
        assert_eq!(unique.len(), before.len(), "{name}");
    }
}

#[test]
fn every_annotation_is_one_line() {
    for name in case::names() {
        let found = case::run(&name);
        let text = findings::github(&sheet(&found));
        assert_eq!(text.lines().count(), found.len(), "{name}");
        for line in text.lines() {
            let known = ["::error file=", "::warning file="];
            assert!(known.iter().any(|start| line.starts_with(start)), "{line}");
        }
    }
}

/// A registry that could not be asked, so that not all was looked at.
#[derive(Debug)]
struct Unreachable;

impl std::fmt::Display for Unreachable {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("reg.lan:5000 says |no| to {all}")
    }
}

impl std::error::Error for Unreachable {}

impl Diagnose for Unreachable {
    fn code(&self) -> Code {
        Code::new("registry/unreachable")
    }

    fn class(&self) -> Class {
        Class::Environment
    }

    fn help(&self) -> Option<String> {
        Some("start it".to_owned())
    }
}

#[test]
fn no_form_calls_a_check_passed_that_could_not_look_at_all() {
    let found = case::run("nothing-found");
    let whole = sheet(&found);
    let cut = Sheet {
        failure: Some(&Unreachable),
        complete: false,
        ..whole
    };
    assert!(whole.passed() && !cut.passed());
    let data = [whole, cut].map(|sheet| parsed(&findings::json(&sheet)));
    for (data, complete) in data.iter().zip([true, false]) {
        assert_eq!(
            (&data["passed"], &data["complete"]),
            (&complete.into(), &complete.into())
        );
        let wrong = schema::violations(&schema::of_check(), data);
        assert!(wrong.is_empty(), "{wrong:#?}");
    }
    for text in [human(&cut), findings::markdown(&cut)] {
        assert!(text.contains("not every registry could be asked"), "{text}");
    }
    let summary = findings::markdown_failure(&Unreachable);
    let said = "- **error** reg.lan:5000 says \\|no\\| to {all} (`registry/unreachable`)\n  <br>start it\n";
    assert_eq!(summary, format!("### Not all could be checked\n\n{said}"));
    let log = parsed(&findings::sarif(&cut));
    let invocation = &log["runs"][0]["invocations"][0];
    assert_eq!(invocation["executionSuccessful"], false);
    let told = &invocation["toolExecutionNotifications"][0];
    assert_eq!(told["descriptor"]["id"], "registry/unreachable");
    assert_eq!(told["message"]["text"], "reg.lan:5000 says |no| to {{all}}");
    let log = parsed(&findings::sarif(&whole));
    assert_eq!(
        log["runs"][0]["invocations"][0]["executionSuccessful"],
        true
    );
}

#[test]
fn a_lock_outside_the_root_has_a_whole_address() {
    let mut found = case::run("unused-image");
    let at = &mut found[0].places[0];
    assert_eq!(at.file, "airlock.lock");
    "/srv/a b/airlock.lock".clone_into(&mut at.file);
    let log = parsed(&findings::sarif(&sheet(&found)));
    let place = &log["runs"][0]["results"][0]["locations"][0]["physicalLocation"];
    let artifact = &place["artifactLocation"];
    assert_eq!(artifact["uri"], "file:///srv/a%20b/airlock.lock");
    assert!(artifact.get("uriBaseId").is_none(), "{artifact}");
}
