//! Files below a folder that ask for images, for who writes the first `airlock.toml`.

use std::collections::BTreeMap;

use crate::diagnostic::Diagnose as _;
use crate::inputs::{COMPOSE_FILES, Root, RootPath};
use crate::run::{Event, Run, Warning};

/// Folders of other people's code: what lies in them is not built here.
const OF_OTHERS: &[&str] = &["node_modules", "vendor"];

/// Files that ask for images, each kind sorted.
#[derive(Debug, Default)]
pub(super) struct Elsewhere {
    /// Dockerfiles, by any of the usual names.
    pub(super) dockerfiles: Vec<RootPath>,
    /// Compose projects: the file, and the override file beside it.
    pub(super) projects: Vec<Vec<RootPath>>,
}

impl Elsewhere {
    /// Takes out what is known already.
    pub(super) fn leave_out(&mut self, known: impl Fn(&RootPath) -> bool) {
        self.dockerfiles.retain(|path| !known(path));
        self.projects.retain(|files| !files.iter().any(&known));
    }

    /// Tells whether nothing is left.
    pub(super) fn is_empty(&self) -> bool {
        self.count() == 0
    }

    /// Counts Dockerfiles and projects.
    pub(super) fn count(&self) -> usize {
        self.dockerfiles.len().saturating_add(self.projects.len())
    }
}

/// Looks for them in all folders but hidden ones and those of other people's code. One that cannot be
/// read is told.
pub(super) fn elsewhere(root: &Root, run: Run<'_>) -> Elsewhere {
    let enters = |name: &str| !name.starts_with('.') && !OF_OTHERS.contains(&name);
    let name = |path: &str| path.rsplit('/').next().unwrap_or_default().to_owned();
    let fits = |path: &str| is_dockerfile(&name(path)) || is_compose(&name(path));
    let (found, unreadable) = root.files_within_reach(&enters, &fits);
    for error in unreadable {
        run.events.event(Event::Warning(&Warning {
            code: error.code(),
            message: error.to_string(),
            help: Some("what lies in it is not in airlock.toml".to_owned()),
            label: None,
        }));
    }
    let is_docker = |path: &RootPath| path.file_name().is_some_and(is_dockerfile);
    let (dockerfiles, others): (Vec<_>, Vec<_>) = found.into_iter().partition(is_docker);
    Elsewhere {
        dockerfiles,
        projects: projects(others),
    }
}

/// Tells whether a file has one of the names that people give to Dockerfiles.
fn is_dockerfile(name: &str) -> bool {
    let (first, last) = (name.split('.').next(), name.rsplit('.').next());
    let is_ignore_file = last.is_some_and(|last| last.ends_with("ignore"));
    let says = |part: Option<&str>| {
        part.is_some_and(|part| ["Dockerfile", "Containerfile", "dockerfile"].contains(&part))
    };
    !is_ignore_file && (says(first) || says(last))
}

fn is_compose(name: &str) -> bool {
    let plain = name.replace(".override.", ".");
    COMPOSE_FILES.contains(&plain.as_str())
}

/// Joins the files of each folder: the first of the default names that is there, and what overrides it.
fn projects(files: Vec<RootPath>) -> Vec<Vec<RootPath>> {
    let mut folders: BTreeMap<RootPath, Vec<RootPath>> = BTreeMap::new();
    for file in files {
        folders.entry(file.parent()).or_default().push(file);
    }
    let project = |files: Vec<RootPath>| {
        let named = |name: &str| files.iter().find(|file| file.file_name() == Some(name));
        let main = COMPOSE_FILES.iter().find_map(|name| named(name))?;
        let over = files.iter().find(|file| is_over(file, main));
        Some([Some(main), over].into_iter().flatten().cloned().collect())
    };
    folders.into_values().filter_map(project).collect()
}

/// Tells whether a file overrides another of the same folder: `compose.override.yaml` that of
/// `compose.yaml`.
fn is_over(file: &RootPath, main: &RootPath) -> bool {
    let stem = |path: &RootPath| {
        let name = path.file_name().unwrap_or_default();
        name.split('.').next().unwrap_or_default().to_owned()
    };
    let is_override = file
        .file_name()
        .is_some_and(|name| name.contains(".override."));
    is_override && stem(file) == stem(main)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_usual_names_are_known() {
        for (name, is) in [
            ("Dockerfile", true),
            ("Containerfile", true),
            ("dockerfile", true),
            ("Dockerfile.dev", true),
            ("api.Dockerfile", true),
            ("api.dockerfile", true),
            ("Dockerfile.dockerignore", false),
            (".dockerignore", false),
            ("Dockerfile~", false),
            ("dockerfile_test", false),
            ("README.md", false),
        ] {
            assert_eq!(is_dockerfile(name), is, "{name}");
        }
    }

    #[test]
    fn the_files_of_a_folder_are_one_project() {
        let path = |path: &str| RootPath::new(path).expect("a path");
        let files = [
            "a/compose.yaml",
            "a/docker-compose.yml",
            "a/compose.override.yaml",
        ]
        .map(path);
        let only_over = ["b/compose.override.yaml"].map(path);
        let other = ["c/docker-compose.yml", "c/compose.override.yml"].map(path);
        let found = projects([&files[..], &only_over, &other].concat());
        let expected = [
            vec![path("a/compose.yaml"), path("a/compose.override.yaml")],
            vec![path("c/docker-compose.yml")],
        ];
        assert_eq!(found, expected);
    }
}
