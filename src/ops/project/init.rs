//! `airlock init`: what a folder holds, as an `airlock.toml`.

use std::fmt::Write as _;

use super::{Asked, Defaults, discovered};
use crate::diagnostic::Failure;
use crate::inputs::Root;
use crate::ops::resolve::load_compose;

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

/// Writes the text of an `airlock.toml` that asks for what is found in the current folder.
pub fn initial(root: &Root, defaults: &Defaults) -> Result<String, Failure> {
    let mut text = HEAD.to_owned();
    for asked in discovered(root, defaults)? {
        match asked {
            Asked::Dockerfile(file) => {
                let about = "Dockerfiles: paths, or patterns such as \"services/**/Dockerfile\".";
                let files = [file.path.to_string()];
                entry(&mut text, about, "dockerfile", &files, DOCKERFILE_KEYS);
            }
            Asked::Compose(project) => {
                let files = load_compose(root, project.request)??.files;
                let about = "A compose project: its files, later ones over earlier ones.";
                entry(&mut text, about, "compose", &files, COMPOSE_KEYS);
            }
            Asked::Images(_) => {}
        }
    }
    Ok(text)
}

fn entry(text: &mut String, about: &str, name: &str, files: &[String], keys: &str) {
    let files: Vec<String> = files.iter().map(|file| quoted(file)).collect();
    let files = files.join(", ");
    let entry = format_args!("\n# {about}\n[[{name}]]\nfiles = [{files}]\n{keys}");
    text.write_fmt(entry).expect("a text takes any text");
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
