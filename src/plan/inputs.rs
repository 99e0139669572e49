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
