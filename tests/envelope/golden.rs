//! Files under `golden/wire/`, compared byte for byte; written only with `SNAPSHOTS=overwrite`.
#![expect(
    clippy::disallowed_methods,
    reason = "golden files are ours, and written only when that was asked for"
)]

use std::path::{Path, PathBuf};

/// Returns a path below `golden/wire/`.
pub(crate) fn path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("golden/wire")
        .join(name)
}

/// Reads a golden file.
pub(crate) fn read(name: &str) -> Vec<u8> {
    std::fs::read(path(name)).unwrap_or_else(|error| panic!("golden/wire/{name}: {error}"))
}

/// Fails unless a golden file has exactly these bytes.
pub(crate) fn same(name: &str, bytes: &[u8]) {
    if overwrites() {
        write(name, bytes);
    }
    let golden = read(name);
    assert!(
        golden == bytes,
        "golden/wire/{name} differs, it would now be:\n{}",
        String::from_utf8_lossy(bytes)
    );
}

/// Makes a golden file that comes out differently each time, if it is not there; its bytes.
pub(crate) fn once(name: &str, make: impl FnOnce() -> Vec<u8>) -> Vec<u8> {
    if overwrites() && !path(name).exists() {
        write(name, &make());
    }
    read(name)
}

/// Lists the files of a folder that end with `suffix`, by name.
pub(crate) fn list(folder: &str, suffix: &str) -> Vec<String> {
    let mut names: Vec<String> = std::fs::read_dir(path(folder))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.ends_with(suffix))
        .collect();
    names.sort();
    names
}

/// Names a vector that must be refused: `rejected/room.code.what.suffix`.
pub(crate) fn rejected(code: &str, what: &str, suffix: &str) -> String {
    format!("rejected/{}.{what}.{suffix}", code.replace('/', "."))
}

/// Returns the code in such a name.
pub(crate) fn code_in(name: &str) -> String {
    name.split('.').take(2).collect::<Vec<_>>().join("/")
}

fn overwrites() -> bool {
    std::env::var("SNAPSHOTS").is_ok_and(|value| value == "overwrite")
}

fn write(name: &str, bytes: &[u8]) {
    let path = path(name);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, bytes).unwrap();
}
