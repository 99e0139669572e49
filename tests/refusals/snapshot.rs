//! Everything in a store that a refusal must leave alone.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

/// What may say that something was refused.
const ASIDE: [&str; 2] = ["airlock/ledger.jsonl", "airlock/audit.jsonl"];

/// Paths, modes and contents.
pub(crate) struct Snapshot(BTreeMap<PathBuf, (u32, Vec<u8>)>);

impl Snapshot {
    /// Reads a whole store.
    pub(crate) fn of(store: &Path) -> Self {
        let mut found = BTreeMap::new();
        walk(store, store, &mut found);
        assert!(found.contains_key(Path::new("oci-layout")), "no store");
        Self(found)
    }

    /// Lists the files and folders that are not the same in the other.
    pub(crate) fn differences(&self, other: &Self) -> Vec<PathBuf> {
        let paths: BTreeSet<&PathBuf> = self.0.keys().chain(other.0.keys()).collect();
        let differs = |path: &&PathBuf| self.0.get(*path) != other.0.get(*path);
        paths.into_iter().filter(differs).cloned().collect()
    }
}

fn walk(store: &Path, folder: &Path, found: &mut BTreeMap<PathBuf, (u32, Vec<u8>)>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.strip_prefix(store).unwrap().to_owned();
        if ASIDE.iter().any(|aside| name == Path::new(aside)) {
            continue;
        }
        let mode = path.symlink_metadata().unwrap().mode();
        if path.is_dir() {
            walk(store, &path, found);
            found.insert(name, (mode, Vec::new()));
        } else {
            found.insert(name, (mode, fs::read(&path).unwrap()));
        }
    }
}
