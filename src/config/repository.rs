//! What a repository needs: `airlock.toml` at its root.

use std::collections::BTreeMap;
use std::path::Path;

use lock_format::{Platform, Reference};

use super::table::Table;
use super::{ConfigError, Inside, Placed};

pub(super) const KEYS: &[&str] = &[
    "build-platform",
    "compose",
    "dockerfile",
    "images",
    "inside",
    "platforms",
];
const DOCKERFILE: &[&str] = &[
    "args",
    "build-platform",
    "contexts",
    "files",
    "platforms",
    "target",
];
const COMPOSE: &[&str] = &[
    "build-platform",
    "env-files",
    "files",
    "platforms",
    "profiles",
    "project-directory",
    "services",
];

const A_PLATFORM: &str = "a platform, such as linux/amd64";
const PLATFORMS: &str = "a list of platforms, such as [\"linux/amd64\"]";
const PATHS: &str = "a list of paths below the folder of airlock.toml";
const A_PATH: &str = "a path below the folder of airlock.toml";
const TEXTS: &str = "a list of texts";

/// What a repository needs.
#[derive(Clone, Debug, Default)]
pub struct Repository {
    /// What images are locked for; empty where nothing is said.
    pub platforms: Vec<Platform>,
    /// Where builds run.
    pub build_platform: Option<Platform>,
    /// Images that no file names.
    pub images: Vec<Placed<Reference>>,
    /// Registries that the inside has anyway.
    pub inside: Inside,
    /// Dockerfiles.
    pub dockerfiles: Vec<Dockerfiles>,
    /// Compose projects.
    pub compose: Vec<ComposeProjects>,
}

/// One `[[dockerfile]]`: files that are built in the same way.
#[derive(Clone, Debug)]
pub struct Dockerfiles {
    /// Paths or patterns below the root; at least one.
    pub files: Vec<Placed<String>>,
    /// Build arguments.
    pub args: BTreeMap<String, String>,
    /// The stage; empty: the last one; none: all stages.
    pub target: Option<String>,
    /// Named contexts.
    pub contexts: BTreeMap<String, String>,
    /// What they are built for; empty where nothing is said.
    pub platforms: Vec<Platform>,
    /// Where the builds run.
    pub build_platform: Option<Platform>,
}

/// One `[[compose]]`: a project.
#[derive(Clone, Debug)]
pub struct ComposeProjects {
    /// Its files, in order, below the root; at least one.
    pub files: Vec<String>,
    /// Files of variables, in order.
    pub env_files: Vec<String>,
    /// Active profiles.
    pub profiles: Vec<String>,
    /// Where its relative paths start.
    pub project_directory: Option<String>,
    /// The services that count; empty: all.
    pub services: Vec<String>,
    /// For services that name none; empty where nothing is said.
    pub platforms: Vec<Platform>,
    /// Where its builds run.
    pub build_platform: Option<Platform>,
}

impl Repository {
    /// Reads the text of an `airlock.toml`; `path` is its name in messages.
    pub fn parse(path: &Path, text: &str) -> Result<Self, ConfigError> {
        let table = Table::parse(path, text, KEYS)?;
        let images = table.list(
            "images",
            "a list of images, such as [\"alpine:3.20\"]",
            |text| Reference::parse(text).ok(),
        )?;
        let dockerfiles = table.tables("dockerfile", DOCKERFILE)?;
        let compose = table.tables("compose", COMPOSE)?;
        Ok(Self {
            platforms: platforms(&table)?,
            build_platform: table.text("build-platform", A_PLATFORM, |text| text.parse().ok())?,
            images: images.unwrap_or_default(),
            inside: inside(&table)?,
            dockerfiles: dockerfiles
                .iter()
                .map(Dockerfiles::read)
                .collect::<Result<_, _>>()?,
            compose: compose
                .iter()
                .map(ComposeProjects::read)
                .collect::<Result<_, _>>()?,
        })
    }

    /// Tells whether it names anything that asks for images.
    pub fn names_sources(&self) -> bool {
        !(self.dockerfiles.is_empty() && self.compose.is_empty() && self.images.is_empty())
    }
}

impl Dockerfiles {
    fn read(table: &Table<'_>) -> Result<Self, ConfigError> {
        let files = table.some("files", PATHS, below)?;
        Ok(Self {
            files: files.ok_or_else(|| table.lacks("dockerfile", "files"))?,
            args: table.map("args")?,
            target: table.text("target", "a text", text)?,
            contexts: table.map("contexts")?,
            platforms: platforms(table)?,
            build_platform: table.text("build-platform", A_PLATFORM, |text| text.parse().ok())?,
        })
    }
}

impl ComposeProjects {
    fn read(table: &Table<'_>) -> Result<Self, ConfigError> {
        let files = table.some("files", PATHS, below)?;
        Ok(Self {
            files: values(Some(files.ok_or_else(|| table.lacks("compose", "files"))?)),
            env_files: values(table.list("env-files", PATHS, below)?),
            profiles: values(table.list("profiles", TEXTS, text)?),
            project_directory: table.text("project-directory", A_PATH, below)?,
            services: values(table.list("services", TEXTS, text)?),
            platforms: platforms(table)?,
            build_platform: table.text("build-platform", A_PLATFORM, |text| text.parse().ok())?,
        })
    }
}

fn platforms(table: &Table<'_>) -> Result<Vec<Platform>, ConfigError> {
    Ok(values(
        table.some("platforms", PLATFORMS, |text| text.parse().ok())?,
    ))
}

fn inside(table: &Table<'_>) -> Result<Inside, ConfigError> {
    let found = table.list("inside", "a list of hosts or patterns for them", |text| {
        Inside::new([text]).map(|_| text.to_owned())
    })?;
    let patterns = values(found);
    Ok(Inside::new(patterns.iter().map(String::as_str)).unwrap_or_default())
}

fn values<T>(placed: Option<Vec<Placed<T>>>) -> Vec<T> {
    let placed = placed.into_iter().flatten();
    placed.map(|placed| placed.value).collect()
}

#[expect(clippy::unnecessary_wraps, reason = "every text is good")]
fn text(text: &str) -> Option<String> {
    Some(text.to_owned())
}

/// Takes a path that stays below the folder it starts from.
fn below(path: &str) -> Option<String> {
    let mut depth = 0_usize;
    for part in path.split('/') {
        depth = match part {
            "" | "." => depth,
            ".." => depth.checked_sub(1)?,
            _ => depth.saturating_add(1),
        };
    }
    (!path.is_empty() && !path.starts_with('/')).then(|| path.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Diagnose as _;

    fn parse(text: &str) -> Result<Repository, ConfigError> {
        Repository::parse(Path::new("airlock.toml"), text)
    }

    #[test]
    fn the_example_of_the_documentation_is_read() {
        let page = include_str!("../../docs/configuration.md");
        let (_, example) = page.split_once("```toml\n").expect("an example");
        let (example, _) = example.split_once("```").expect("its end");
        let found = parse(example).expect("good");
        assert_eq!(found.platforms.len(), 2);
        assert_eq!(found.images.len(), 1);
        assert_eq!(found.dockerfiles.len(), 2);
        assert_eq!(found.dockerfiles[0].files.len(), 2);
        assert_eq!(found.dockerfiles[0].args["ALPINE"], "3.20");
        assert_eq!(found.dockerfiles[1].target.as_deref(), Some("lint"));
        assert_eq!(found.dockerfiles[1].contexts.len(), 1);
        assert_eq!(found.compose[0].files.len(), 2);
        assert_eq!(found.compose[0].env_files, ["prod.env"]);
        assert_eq!(found.compose[0].profiles, ["monitoring"]);
        let corp = Reference::parse("registry.corp/a:1").expect("a reference");
        assert!(found.inside.has(&corp));
    }

    #[test]
    fn each_key_is_documented() {
        let page = include_str!("../../docs/configuration.md");
        for key in [KEYS, DOCKERFILE, COMPOSE].concat() {
            assert!(page.contains(&format!("| `{key}` |")), "{key}");
        }
    }

    #[test]
    fn what_is_wrong_is_told_with_its_place() {
        for (text, code, blamed) in [
            ("platform = []", "config/unknown-key", "platform"),
            ("[[dockerfile]]\nfile = 1\n", "config/unknown-key", "file"),
            (
                "[[compose]]\nprofile = 1\n",
                "config/unknown-key",
                "profile",
            ),
            ("platforms = []", "config/bad-value", "[]"),
            ("platforms = [\"a b\"]", "config/bad-value", "\"a b\""),
            ("images = [\"a//b\"]", "config/bad-value", "\"a//b\""),
            ("inside = [\"a/b\"]", "config/bad-value", "\"a/b\""),
            ("dockerfile = 1", "config/bad-value", "1"),
            (
                "[[dockerfile]]\nfiles = [\"../x\"]\n",
                "config/bad-value",
                "\"../x\"",
            ),
            (
                "[[compose]]\nfiles = [\"a/../../x\"]\n",
                "config/bad-value",
                "\"a/../../x\"",
            ),
            (
                "[[dockerfile]]\nfiles = [\"/x\"]\n",
                "config/bad-value",
                "\"/x\"",
            ),
            (
                "[[dockerfile]]\ntarget = \"\"\n",
                "config/missing-key",
                "[[dockerfile]]",
            ),
            ("platforms =", "config/syntax", ""),
        ] {
            let error = parse(text).expect_err(text);
            assert_eq!(error.code().as_str(), code, "{text}");
            let label = error.labels().remove(0);
            let span = label.span.start..label.span.end;
            let found = text.get(span).expect("within the text");
            assert!(found.starts_with(blamed), "{text}: {found}");
        }
    }

    #[test]
    fn the_key_that_was_meant_is_named() {
        let error = parse("[[dockerfile]]\nfile = []\n").expect_err("unknown");
        assert_eq!(error.help().as_deref(), Some("did you mean `files`?"));
    }
}
