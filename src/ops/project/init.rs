//! `airlock init`: what a folder holds, as an `airlock.toml`.

use std::fmt::Write as _;

use super::asked::{found_here, is_built_by};
use super::elsewhere::{Elsewhere, elsewhere};
use super::{Asked, Defaults, LockFailure};
use crate::diagnostic::Failure;
use crate::inputs::{Root, RootPath};
use crate::ops::resolve::load_compose;
use crate::run::Run;

/// What stands above the sources.
const HEAD: &str = "\
# What this repository needs, for `airlock lock` and `airlock lock --check`.
# Every key is described in docs/configuration.md of airlock.

# What images are locked for. Without it: what the lock records, else this machine's platform.
# platforms = [\"linux/amd64\", \"linux/arm64\"]

# Where builds run.
# build-platform = \"linux/amd64\"

# Registries that the inside has anyway: their images are neither locked nor carried.
# inside = [\"registry.example\", \"*.example:5000\"]

# Images that no file names.
# images = [\"docker.io/library/alpine:3.20\"]
";

const DOCKERFILE_KEYS: &str = "\
# args = { VERSION = \"1\" }
# target = \"app\"
# platforms = [\"linux/amd64\"]
# contexts = { base = \"docker-image://docker.io/library/debian:12\" }
";

const COMPOSE_KEYS: &str = "\
# env-files = [\"production.env\"]
# profiles = [\"monitoring\"]
# services = [\"web\"]
";

const DOCKERFILES: &str = "Dockerfiles: paths, or patterns such as \"services/**/Dockerfile\".";
const COMPOSE: &str = "A compose project: its files, later ones over earlier ones.";
const FURTHER: &str = "\
\n# Below this folder, and not asked for. What this repository builds or runs can be taken from here:
";

/// The first text of an `airlock.toml`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Initial {
    /// The text.
    pub text: String,
    /// Files below the current folder that stand in comments alone.
    pub left_out: usize,
}

/// Writes the text of an `airlock.toml` that asks for what is found: in the current folder, else below
/// it. What lies below and is not asked for stands in comments. A folder that cannot be read is told.
pub fn initial(root: &Root, defaults: &Defaults, run: Run<'_>) -> Result<Initial, Failure> {
    let mut text = HEAD.to_owned();
    let mut taken: Vec<RootPath> = Vec::new();
    let mut projects = Vec::new();
    let here = found_here(root, defaults)?;
    let is_alone = here.is_empty();
    for asked in here {
        match asked {
            Asked::Dockerfile(file) => {
                text += &dockerfiles(&[file.path.to_string()]);
                taken.push(file.path);
            }
            Asked::Compose(asked) => {
                let project = load_compose(root, asked.request)??;
                text += &compose(&project.files);
                let files = project.files.iter().map(|file| RootPath::new(file));
                taken.extend(files.flatten());
                projects.push(project);
            }
            Asked::Images(_) => {}
        }
    }
    let mut below = elsewhere(root, run);
    let is_taken = |path: &RootPath| {
        let is_built = |project| is_built_by(root, project, path);
        taken.contains(path) || projects.iter().any(is_built)
    };
    below.leave_out(is_taken);
    if is_alone && below.is_empty() {
        return Err(LockFailure::NoSource.into());
    }
    let further = tables(&below);
    let left_out = if is_alone { 0 } else { below.count() };
    if is_alone {
        text += &further;
    } else if !below.is_empty() {
        text += FURTHER;
        text += &commented(&further);
    }
    Ok(Initial { text, left_out })
}

/// Writes the tables of all that lies below.
fn tables(below: &Elsewhere) -> String {
    let mut text = String::new();
    if !below.dockerfiles.is_empty() {
        let names = below.dockerfiles.iter().map(ToString::to_string);
        text += &dockerfiles(&names.collect::<Vec<_>>());
    }
    for project in &below.projects {
        let names = project.iter().map(ToString::to_string);
        text += &compose(&names.collect::<Vec<_>>());
    }
    text
}

/// Makes comments of tables; what is a comment in them is left out.
fn commented(tables: &str) -> String {
    let lines = tables.lines().filter(|line| !line.starts_with('#'));
    let comment = |line: &str| format!("# {line}").trim_end().to_owned() + "\n";
    lines.skip(1).map(comment).collect()
}

fn dockerfiles(files: &[String]) -> String {
    entry(DOCKERFILES, "dockerfile", files, DOCKERFILE_KEYS)
}

fn compose(files: &[String]) -> String {
    entry(COMPOSE, "compose", files, COMPOSE_KEYS)
}

fn entry(about: &str, name: &str, files: &[String], keys: &str) -> String {
    let names: Vec<String> = files.iter().map(|file| quoted(file)).collect();
    let files = match name {
        "dockerfile" if names.len() > 1 => format!("\n  {},\n", names.join(",\n  ")),
        _ => names.join(", "),
    };
    let mut text = String::new();
    let entry = format_args!("\n# {about}\n[[{name}]]\nfiles = [{files}]\n{keys}");
    text.write_fmt(entry).expect("a text takes any text");
    text
}

/// Writes a name as a basic string of TOML.
fn quoted(name: &str) -> String {
    let mut quoted = String::from('"');
    for c in name.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            c if c.is_control() => {
                let escape = format!("\\u{:04X}", u32::from(c));
                quoted.push_str(&escape);
            }
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_back_as_they_were() {
        for name in ["a/Dockerfile", "a \"b\"", "a\\b", "a\tb\u{7f}", "ü"] {
            let text = format!("files = [{}]", quoted(name));
            let table: toml::Table = toml::from_str(&text).expect("TOML");
            assert_eq!(table["files"][0].as_str(), Some(name));
        }
    }
}
