//! Which files a project is made of, and what it is called.

use super::error::Problem;
use super::file_path::{folder_of, join, name_of};
use super::files::{Files, Found, Stop};
use super::project::Warning;
use super::request::Request;
use super::variable::Environment;

/// Names of compose files, the best first.
const NAMES: &[&str] = &[
    "compose.yaml",
    "compose.yml",
    "docker-compose.yml",
    "docker-compose.yaml",
];

/// Names of files that are merged over a discovered one, the best first.
const OVERRIDES: &[&str] = &[
    "compose.override.yml",
    "compose.override.yaml",
    "docker-compose.override.yml",
    "docker-compose.override.yaml",
];

/// The compose files of a project.
#[derive(Debug, Default)]
pub(crate) struct Chosen {
    /// Absolute paths.
    pub(crate) files: Vec<String>,
    pub(crate) warnings: Vec<Warning>,
}

/// Finds the compose files: those asked for, those of `COMPOSE_FILE`, or by discovery.
pub(crate) fn files(
    files: &Files,
    folder: &str,
    request: &Request,
    environment: &Environment,
) -> Result<Chosen, Stop> {
    let asked = if request.files.is_empty() {
        from_environment(environment)
    } else {
        request.files.clone()
    };
    if asked.is_empty() {
        return discover(files, &start(folder, request));
    }
    let mut chosen = Chosen::default();
    for name in asked {
        if super::file_path::is_remote_file(&name) {
            return Err(Problem::Remote(super::error::shown(&name)).into());
        }
        let path = join(folder, &name);
        if *files.look(&path, None)? == Found::Missing {
            return Err(Problem::MissingFile(super::error::shown(&name)).into());
        }
        chosen.files.push(path);
    }
    Ok(chosen)
}

fn from_environment(environment: &Environment) -> Vec<String> {
    let separator = environment
        .get("COMPOSE_PATH_SEPARATOR")
        .filter(|separator| !separator.is_empty())
        .unwrap_or(":");
    match environment.get("COMPOSE_FILE") {
        Some(files) => files.split(separator).map(str::to_owned).collect(),
        None => Vec::new(),
    }
}

/// The folder that relative paths start from before the files are known.
pub(crate) fn start(here: &str, request: &Request) -> String {
    match (&request.project_directory, request.files.first()) {
        (Some(folder), _) => join(here, folder),
        (None, Some(file)) => folder_of(&join(here, file)).to_owned(),
        (None, None) => here.to_owned(),
    }
}

/// Walks up from a folder to the first one with a compose file, at most to the root.
fn discover(files: &Files, start: &str) -> Result<Chosen, Stop> {
    let mut folder = start;
    loop {
        let found = existing(files, folder, NAMES)?;
        if let Some(best) = found.first() {
            let mut chosen = Chosen::default();
            let overrides = existing(files, folder, OVERRIDES)?;
            for candidates in [&found, &overrides] {
                chosen.warnings.extend(choice(candidates));
            }
            chosen.files.push(best.clone());
            chosen.files.extend(overrides.into_iter().next());
            return Ok(chosen);
        }
        if folder == files.root() {
            let shown = files.relative(start, None)?;
            return Err(Problem::NoFile(super::error::shown(&shown)).into());
        }
        folder = folder_of(folder);
    }
}

fn existing(files: &Files, folder: &str, names: &[&str]) -> Result<Vec<String>, Stop> {
    let mut found = Vec::new();
    for name in names {
        let path = join(folder, name);
        if *files.look(&path, None)? != Found::Missing {
            found.push(path);
        }
    }
    Ok(found)
}

fn choice(candidates: &[String]) -> Option<Warning> {
    let (best, others) = candidates.split_first()?;
    let others: Vec<String> = others.iter().map(|path| name_of(path).to_owned()).collect();
    (!others.is_empty()).then(|| Warning::chosen(name_of(best), &others))
}

/// Makes a project name of any text: lower case, without what a name cannot hold.
pub(crate) fn normal_name(text: &str) -> String {
    let name: String = text
        .to_lowercase()
        .chars()
        .filter(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '_' | '-'))
        .collect();
    name.trim_start_matches(['_', '-']).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_repaired() {
        for (text, name) in [
            ("My Project.v2", "myprojectv2"),
            ("_-a_b-c", "a_b-c"),
            ("Ä", ""),
            ("a", "a"),
        ] {
            assert_eq!(normal_name(text), name);
        }
    }
}
