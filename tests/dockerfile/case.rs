//! One case: read, resolved, compared.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use airlock::dockerfile::Options;
use airlock::inputs::{Input, Root, RootPath};
use airlock::ops::project::scan::scan_dockerfile;
use airlock::ops::resolve::GivenTriggers;
use serde::Deserialize;
use snapbox::{Data, assert_data_eq};

use crate::render::render;

/// What a case gives besides its file.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Given {
    args: BTreeMap<String, String>,
    target: String,
    platform: Option<String>,
    build_platform: Option<String>,
    contexts: BTreeMap<String, String>,
    onbuild: BTreeMap<String, Vec<String>>,
    all_stages: bool,
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("golden/dockerfile")
}

/// Returns the names of all cases there are.
pub(crate) fn folders() -> BTreeSet<String> {
    let entries = std::fs::read_dir(folder()).expect("the cases are readable");
    let names = entries.map(|entry| entry.expect("a case is readable").file_name());
    names
        .map(|name| name.to_string_lossy().into_owned())
        .collect()
}

/// Runs the case `name`.
pub(crate) fn run(name: &str) {
    let folder = folder().join(name);
    let root = Root::open(&folder, &folder).expect("the case has a folder");
    let read = |name: &str| -> Input {
        let path = RootPath::new(name).expect("a file's name is plain");
        root.read(&path, 1 << 20).expect("the case is readable")
    };
    let given: Given = match root.has_file(&RootPath::new("options.json").expect("plain")) {
        Ok(true) => {
            serde_json::from_slice(&read("options.json").bytes).expect("the options are JSON")
        }
        _ => Given::default(),
    };
    let platform = |text: Option<&str>| {
        let text = text.unwrap_or("linux/amd64");
        text.parse().expect("the case's platform is one")
    };
    let options = Options {
        args: given.args,
        target: given.target,
        platform: platform(given.platform.as_deref()),
        build_platform: platform(given.build_platform.as_deref()),
        contexts: given.contexts,
        all_stages: given.all_stages,
    };
    let triggers = GivenTriggers(given.onbuild);
    let scan = scan_dockerfile(&read("Dockerfile"), &options, &triggers)
        .expect("given triggers are always there");
    let expected = Data::read_from(&folder.join("expected.txt"), None);
    assert_data_eq!(render(&scan.source), expected.raw());
}
