//! The house has floors: a room imports only what the table allows (`docs/architecture.md`).

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::{fs, io};

/// The rooms of the lower floors: each may import any room of a lower floor, and itself.
const FLOORS: &[&[&str]] = &[
    &["diagnostic", "run"],
    &[
        "oci",
        "plan",
        "wire",
        "dockerfile",
        "compose",
        "client_config",
        "page",
    ],
    &[
        "registry", "store", "seal", "serve", "inputs", "config", "upstream",
    ],
];

/// Rooms that may import less than the floors below them.
const NARROWER: &[(&str, &[&str])] = &[
    ("diagnostic", &[]),
    ("run", &["diagnostic"]),
    ("registry", &["diagnostic", "run", "oci"]),
    ("seal", &["diagnostic", "run", "wire"]),
    ("inputs", &["diagnostic", "run"]),
    ("config", &["diagnostic", "run"]),
];

/// Operations: the folder or file below `ops/`, and whether it may name the registry client.
const MAY_NAME_THE_REGISTRY: &[&str] = &["outside", "project"];

/// Inside never dials out, whatever the name of the client.
const DIALLERS: &[&str] = &[
    "ureq",
    "TcpStream",
    "UdpSocket",
    "ToSocketAddrs",
    "hyper_util::client",
];

#[test]
fn rooms_import_only_what_lies_below() {
    let mut wrong = Vec::new();
    for (path, text) in sources() {
        let Some(room) = room_of(&path) else { continue };
        for import in imports(&text) {
            if import != room && !allowed(&room, &path, &import) {
                wrong.push(format!("{}: {room} imports {import}", path.display()));
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "arrows must go down:\n{}",
        wrong.join("\n")
    );
}

#[test]
fn every_room_has_its_place_in_the_table() {
    let known: BTreeSet<&str> = FLOORS
        .iter()
        .flat_map(|floor| floor.iter().copied())
        .chain(["ops", "cli", "report"])
        .collect();
    let rooms: BTreeSet<String> = sources().keys().filter_map(|path| room_of(path)).collect();
    let strangers: Vec<&String> = rooms
        .iter()
        .filter(|room| !known.contains(room.as_str()))
        .collect();
    assert!(strangers.is_empty(), "rooms without a floor: {strangers:?}");
}

#[test]
fn inside_never_dials_out() {
    for (path, text) in sources() {
        let inside = path.starts_with("ops/inside")
            || path.starts_with("store")
            || path.starts_with("serve");
        let found: Vec<&&str> = DIALLERS
            .iter()
            .filter(|word| inside && text.contains(**word))
            .collect();
        assert!(found.is_empty(), "{} names {found:?}", path.display());
    }
}

#[test]
fn the_table_itself_catches_a_wrong_arrow() {
    let upward = imports("use crate::store::Store;\nlet x = crate::{seal::Key, plan::{Drift}};");
    assert_eq!(upward, ["store", "seal", "plan"].map(str::to_owned).into());
    assert!(!allowed("plan", Path::new("plan/mod.rs"), "store"));
    assert!(!allowed("plan", Path::new("plan/mod.rs"), "wire"));
    assert!(!allowed(
        "ops",
        Path::new("ops/inside/apply.rs"),
        "registry"
    ));
    assert!(allowed(
        "ops",
        Path::new("ops/outside/bundle.rs"),
        "registry"
    ));
    assert!(allowed("store", Path::new("store/mod.rs"), "oci"));
}

fn allowed(room: &str, path: &Path, import: &str) -> bool {
    if let Some((_, only)) = NARROWER.iter().find(|(name, _)| *name == room) {
        return only.contains(&import);
    }
    match room {
        "cli" => true,
        "report" => floor_of(import) == Some(0),
        "ops" if import == "registry" => MAY_NAME_THE_REGISTRY
            .iter()
            .any(|part| path.starts_with(format!("ops/{part}"))),
        "ops" => floor_of(import).is_some(),
        _ => {
            matches!((floor_of(import), floor_of(room)), (Some(below), Some(here)) if below < here)
        }
    }
}

fn floor_of(room: &str) -> Option<usize> {
    FLOORS.iter().position(|floor| floor.contains(&room))
}

/// The folder or file below `src/` that a path belongs to; none for the crate's own roots.
fn room_of(path: &Path) -> Option<String> {
    let first = path.iter().next()?.to_str()?;
    let room = first.strip_suffix(".rs").unwrap_or(first);
    (!matches!(room, "lib" | "main")).then(|| room.to_owned())
}

/// Rooms named after `crate::`, alone or in braces; comments do not count.
fn imports(text: &str) -> BTreeSet<String> {
    let code: String = text
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .flat_map(|line| line.chars().chain(['\n']))
        .collect();
    let mut found = BTreeSet::new();
    for piece in code.split("crate::").skip(1) {
        match piece.strip_prefix('{') {
            Some(list) => found.extend(top_level_names(list)),
            None => found.extend(leading_name(piece)),
        }
    }
    found
}

fn leading_name(text: &str) -> Option<String> {
    let end = text.find(|c: char| !c.is_alphanumeric() && c != '_')?;
    Some(text[..end].to_owned()).filter(|name| name.starts_with(|c: char| c.is_lowercase()))
}

fn top_level_names(list: &str) -> Vec<String> {
    let mut depth = 0;
    let mut names = Vec::new();
    let mut at_start = true;
    for (offset, c) in list.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => at_start = true,
            c if at_start && c.is_alphabetic() => {
                names.extend(leading_name(&list[offset..]));
                at_start = false;
            }
            _ => {}
        }
    }
    names
}

fn sources() -> BTreeMap<PathBuf, String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = BTreeMap::new();
    walk(&root, &root, &mut found).expect("the sources are readable");
    assert!(found.len() > 10, "the walk found the sources");
    found
}

fn walk(root: &Path, folder: &Path, found: &mut BTreeMap<PathBuf, String>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            walk(root, &path, found)?;
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            #[expect(clippy::disallowed_methods, reason = "our own sources")]
            let text = fs::read_to_string(&path)?;
            found.insert(path.strip_prefix(root).unwrap_or(&path).to_owned(), text);
        }
    }
    Ok(())
}
