//! Compose projects and what is known about them: `golden/compose/<case>/`, with the project, the
//! request and the data of `scan` side by side. `SNAPSHOTS=overwrite` writes the data anew.
#![expect(clippy::disallowed_methods, reason = "the test reads its own cases")]

mod limits;
mod scan;

use std::fs;
use std::path::Path;

use airlock::compose::Request;
use airlock::inputs::Root;
use airlock::ops::project::scan::scan_compose;
use airlock::ops::resolve::{BuildOptions, NoTriggers};
use serde_json::Value;
use snapbox::{Data, assert_data_eq};

#[test]
fn every_project_is_read_as_recorded() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("golden/compose");
    let mut cases: Vec<_> = fs::read_dir(folder)
        .expect("the cases are there")
        .map(|entry| entry.expect("the folder can be read").path())
        .collect();
    cases.sort();
    assert!(cases.len() >= 19, "each rule has a case");
    for case in cases {
        let expected = Data::read_from(&case.join("scan.json"), None);
        assert_data_eq!(scan(&case), expected.raw());
    }
}

fn scan(case: &Path) -> String {
    let text = fs::read(case.join("request.json")).expect("a case has a request");
    let asked: Value = serde_json::from_slice(&text).expect("a request is JSON");
    let texts = |name: &str| serde_json::from_value(asked[name].clone()).unwrap_or_default();
    let request = Request {
        files: texts("files"),
        env_files: texts("env_files"),
        profiles: texts("profiles"),
        services: texts("services"),
        environment: serde_json::from_value(asked["environment"].clone()).unwrap_or_default(),
        ..Request::default()
    };
    let project = case.join("project");
    let here = project.join(asked["folder"].as_str().unwrap_or_default());
    let root = Root::open(&project, &here).expect("a case has a project");
    let amd64 = || "linux/amd64".parse().expect("it is a platform");
    let options = BuildOptions {
        platforms: vec![amd64()],
        build_platform: amd64(),
    };
    let scan = scan_compose(&root, request, &options, &NoTriggers).expect("files can be read");
    let data = serde_json::to_string_pretty(&scan.source).expect("the data is JSON");
    // A path outside the root is absolute, and differs from machine to machine.
    let machine = case.parent().and_then(Path::to_str).unwrap_or_default();
    data.replace(machine, "/golden") + "\n"
}
