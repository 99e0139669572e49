//! Any bytes as the files of a compose project: no panic, an end, and answers that hold together.
//!
//! The input is split at lines `#### NAME`; what stands before the first one is `compose.yaml`.

use std::collections::BTreeMap;

use airlock::compose::{Found, Loader, Project, Request, Step};
use airlock::diagnostic::Diagnose as _;

pub(crate) fn check(data: &[u8]) {
    let files = files(data);
    let Some(some) = load(&files, &[]) else {
        return;
    };
    for (name, service) in some.services.iter().chain(&some.disabled_services) {
        assert_eq!(name, &service.name);
    }
    for name in some.services.keys() {
        let both = some.disabled_services.contains_key(name);
        assert!(!both, "a service is active or not");
    }
    if let Some(all) = load(&files, &["*"]) {
        let active: Vec<&String> = some.services.keys().collect();
        let known: Vec<&String> = all.services.keys().collect();
        assert!(active.iter().all(|name| known.contains(name)));
        let off = all.disabled_services.keys().next();
        assert_eq!(off, None, "all profiles leave no service out");
    }
}

/// Loads the project; none where compose would refuse it.
fn load(files: &BTreeMap<String, Vec<u8>>, profiles: &[&str]) -> Option<Project> {
    let request = Request {
        files: vec!["compose.yaml".to_owned()],
        profiles: profiles.iter().map(|&name| name.to_owned()).collect(),
        environment: BTreeMap::from([("SET".to_owned(), "a".to_owned())]),
        ..Request::default()
    };
    let mut loader = Loader::new("/root", "/root", request);
    for _ in 0..10_000 {
        match loader.step() {
            Ok(Step::Done(project)) => return Some(*project),
            Ok(Step::Needs(path)) => {
                let found = files
                    .get(&path)
                    .map_or(Found::Missing, |bytes| Found::File(bytes.clone().into()));
                loader.answer(&path, found);
            }
            Err(error) => {
                assert!(!error.to_string().is_empty());
                assert!(error.code().as_str().contains('/'));
                return None;
            }
        }
    }
    panic!("the steps do not end");
}

fn files(data: &[u8]) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    let mut name = "compose.yaml".to_owned();
    let mut bytes = Vec::new();
    for line in data.split_inclusive(|&byte| byte == b'\n') {
        match line.strip_prefix(b"#### ") {
            Some(next) => {
                files.insert(std::mem::take(&mut name), std::mem::take(&mut bytes));
                name.push_str(String::from_utf8_lossy(next).trim());
            }
            None => bytes.extend_from_slice(line),
        }
    }
    files.insert(name, bytes);
    files
}
