//! The inputs of a source, flattened, so that each difference can be named.

use std::collections::{BTreeMap, BTreeSet};

use lock_format::{Source, SourceKind};

use super::Drift;

/// Compares a source of the lock with today's, input by input, in the order of the keys.
pub(super) fn changed_inputs(locked: &Source, found: &Source) -> Vec<Drift> {
    let (before, after) = (flatten(locked), flatten(found));
    let keys: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    keys.into_iter()
        .filter(|key| before.get(*key) != after.get(*key))
        .map(|key| Drift::ChangedInput {
            source: locked.name.clone(),
            input: key.clone(),
            locked: before.get(key).cloned(),
            found: after.get(key).cloned(),
        })
        .collect()
}

fn flatten(source: &Source) -> BTreeMap<String, String> {
    let mut flat = BTreeMap::new();
    let mut put = |key: &str, value: String| {
        flat.insert(key.to_owned(), value);
    };
    put("kind", source.kind.name().to_owned());
    match &source.kind {
        SourceKind::Dockerfile { path } => put("path", path.clone()),
        SourceKind::Compose { files } => put("files", files.join(", ")),
        SourceKind::Images => {}
    }
    put(
        "platforms",
        set(source.platforms.iter().map(ToString::to_string)),
    );
    let singles = [
        (
            "build-platform",
            source.build_platform.as_ref().map(ToString::to_string),
        ),
        ("target", source.target.clone()),
        ("project-directory", source.project_directory.clone()),
        ("root", source.root.clone()),
    ];
    for (key, value) in singles {
        if let Some(value) = value {
            put(key, value);
        }
    }
    let lists = [
        ("profiles", set(source.profiles.iter().cloned())),
        ("services", set(source.services.iter().cloned())),
        ("env-files", source.env_files.join(", ")),
    ];
    for (key, value) in lists.into_iter().filter(|(_, value)| !value.is_empty()) {
        put(key, value);
    }
    let maps = [
        ("args", &source.args),
        ("env", &source.env),
        ("contexts", &source.contexts),
    ];
    for (key, map) in maps {
        for (name, value) in map {
            put(&format!("{key}.{name}"), value.clone());
        }
    }
    flat
}

/// Joins what has no order.
fn set(values: impl Iterator<Item = String>) -> String {
    let sorted: BTreeSet<String> = values.collect();
    sorted.into_iter().collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::testing::source;

    fn compose() -> Source {
        Source {
            kind: SourceKind::Compose {
                files: vec!["one.yaml".to_owned(), "two.yaml".to_owned()],
            },
            ..source("a", &["linux/amd64"])
        }
    }

    /// Returns what is told when one thing of a compose project changes.
    fn told(change: impl Fn(&mut Source)) -> Vec<(String, Option<String>, Option<String>)> {
        let mut found = compose();
        change(&mut found);
        let drift = changed_inputs(&compose(), &found).into_iter();
        let parts = drift.map(|drift| {
            let Drift::ChangedInput {
                input,
                locked,
                found,
                ..
            } = drift
            else {
                panic!("{drift:?}")
            };
            (input, locked, found)
        });
        parts.collect()
    }

    #[test]
    fn every_input_that_changes_is_named_with_both_values() {
        let text = |text: &str| Some(text.to_owned());
        let list = |list: &[&str]| list.iter().map(ToString::to_string).collect::<Vec<_>>();
        let one = |key: &str, locked, found| vec![(key.to_owned(), locked, found)];
        let arm = || "linux/arm64".parse().unwrap();
        assert_eq!(
            told(|s| s.platforms.insert(0, arm())),
            one(
                "platforms",
                text("linux/amd64"),
                text("linux/amd64, linux/arm64")
            )
        );
        assert_eq!(
            told(|s| s.build_platform = Some(arm())),
            one("build-platform", text("linux/amd64"), text("linux/arm64"))
        );
        assert_eq!(told(|s| s.target = text("")), one("target", None, text("")));
        assert_eq!(told(|s| s.root = text("..")), one("root", None, text("..")));
        assert_eq!(
            told(|s| s.profiles = list(&["b", "a"])),
            one("profiles", None, text("a, b"))
        );
        assert_eq!(
            told(|s| s.services = list(&["api"])),
            one("services", None, text("api"))
        );
        assert_eq!(
            told(|s| s.env_files = list(&["b", "a"])),
            one("env-files", None, text("b, a"))
        );
        let map = || [("K".to_owned(), "v".to_owned())].into();
        assert_eq!(told(|s| s.args = map()), one("args.K", None, text("v")));
        assert_eq!(told(|s| s.env = map()), one("env.K", None, text("v")));
        assert_eq!(
            told(|s| s.contexts = map()),
            one("contexts.K", None, text("v"))
        );
        let files = list(&["two.yaml", "one.yaml"]);
        assert_eq!(
            told(|s| s.kind = SourceKind::Compose {
                files: files.clone()
            }),
            one(
                "files",
                text("one.yaml, two.yaml"),
                text("two.yaml, one.yaml")
            )
        );
        let path = || "Dockerfile".to_owned();
        assert_eq!(
            told(|s| s.kind = SourceKind::Dockerfile { path: path() }),
            [
                ("files".to_owned(), text("one.yaml, two.yaml"), None),
                ("kind".to_owned(), text("compose"), text("dockerfile")),
                ("path".to_owned(), None, text("Dockerfile")),
            ]
        );
    }

    #[test]
    fn what_has_no_order_may_come_in_any() {
        let mut locked = compose();
        locked.profiles = vec!["a".to_owned(), "b".to_owned()];
        locked.platforms.push("linux/arm64".parse().unwrap());
        let mut found = locked.clone();
        found.profiles.reverse();
        found.platforms.reverse();
        assert_eq!(changed_inputs(&locked, &found), []);
    }
}
