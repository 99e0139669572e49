//! What `airlock.toml` asks for.

use std::path::Path;

use globset::GlobBuilder;
use lock_format::{Platform, Reference};

use super::check::Given;
use super::{Asked, AskedCompose, AskedDockerfile, AskedImages, Defaults};
use crate::compose::Request;
use crate::config::{self, ComposeProjects, ConfigError, Dockerfiles, Placed, Repository};
use crate::diagnostic::{Failure, Place};
use crate::inputs::{InputError, Root, RootPath};

/// The name of the file at the root.
pub const REPOSITORY_FILE: &str = "airlock.toml";

/// Longest `airlock.toml`, in bytes.
const LONGEST: u64 = 1024 * 1024;

/// Reads `airlock.toml`; none where there is no such file.
pub fn repository(root: &Root) -> Result<Option<Repository>, Failure> {
    let path = RootPath::new(REPOSITORY_FILE).map_err(|_| InputError::NotFound {
        path: REPOSITORY_FILE.to_owned(),
        root: root.path().display().to_string(),
    })?;
    let bytes = match root.read(&path, LONGEST) {
        Ok(input) => input.bytes,
        Err(InputError::NotFound { .. }) => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    let text = String::from_utf8(bytes).map_err(|error| ConfigError::Unreadable {
        path: REPOSITORY_FILE.into(),
        cause: std::io::Error::new(std::io::ErrorKind::InvalidData, error),
    })?;
    Ok(Some(Repository::parse(Path::new(REPOSITORY_FILE), &text)?))
}

/// Lists what `airlock.toml` asks for, and of each source whether a person named its platforms.
/// `flags` is what was said on the command line, which counts first.
pub fn asked_by(
    repository: &Repository,
    root: &Root,
    flags: &Defaults,
) -> Result<(Vec<Asked>, Vec<Given>), Failure> {
    let scope = Scope { repository, flags };
    let mut asked = Vec::new();
    for entry in &repository.dockerfiles {
        for path in files(entry, root)? {
            asked.push(scope.dockerfile(entry, path));
        }
    }
    for entry in &repository.compose {
        asked.push(scope.compose(entry, root));
    }
    if !repository.images.is_empty() {
        let (platforms, given) = scope.platforms(&[]);
        let images = repository.images.iter();
        let images = Asked::Images(AskedImages {
            references: images.clone().map(|image| image.value.clone()).collect(),
            places: images.map(written).collect(),
            platforms,
        });
        asked.push((
            images,
            Given {
                platforms: given,
                build_platform: true,
            },
        ));
    }
    Ok(asked.into_iter().unzip())
}

/// Where `airlock.toml` names an image.
fn written(image: &Placed<Reference>) -> (Reference, Place) {
    let config::Place { text, span, .. } = &image.place;
    let place = Place::of_span(REPOSITORY_FILE, text.as_bytes(), *span);
    (image.value.clone(), place)
}

/// What counts for all entries.
struct Scope<'a> {
    repository: &'a Repository,
    flags: &'a Defaults,
}

impl Scope<'_> {
    fn dockerfile(&self, entry: &Dockerfiles, path: RootPath) -> (Asked, Given) {
        let (platforms, build_platform, given) =
            self.where_to(&entry.platforms, entry.build_platform.as_ref());
        let file = AskedDockerfile {
            path,
            args: entry.args.clone(),
            target: entry.target.clone(),
            contexts: entry.contexts.clone(),
            platforms,
            build_platform,
        };
        (Asked::Dockerfile(Box::new(file)), given)
    }

    fn compose(&self, entry: &ComposeProjects, root: &Root) -> (Asked, Given) {
        let top = root.path().display();
        let absolute = |path: &String| format!("{top}/{path}");
        let (platforms, build_platform, given) =
            self.where_to(&entry.platforms, entry.build_platform.as_ref());
        let project = AskedCompose {
            request: Request {
                files: entry.files.iter().map(absolute).collect(),
                env_files: entry.env_files.iter().map(absolute).collect(),
                project_directory: entry.project_directory.as_ref().map(absolute),
                project_name: None,
                profiles: entry.profiles.clone(),
                services: entry.services.clone(),
                environment: self.flags.environment.clone(),
            },
            platforms,
            build_platform,
        };
        (Asked::Compose(Box::new(project)), given)
    }

    fn where_to(
        &self,
        platforms: &[Platform],
        build_platform: Option<&Platform>,
    ) -> (Vec<Platform>, Platform, Given) {
        let (platforms, given) = self.platforms(platforms);
        let build = self.flags.build_platform.as_ref();
        let build = build
            .or(build_platform)
            .or(self.repository.build_platform.as_ref());
        let given = Given {
            platforms: given,
            build_platform: build.is_some(),
        };
        let build = build
            .cloned()
            .unwrap_or_else(|| self.flags.build_platform());
        (platforms, build, given)
    }

    /// Flags count before the entry, and the entry before what counts for all.
    fn platforms(&self, entry: &[Platform]) -> (Vec<Platform>, bool) {
        let said = [&self.flags.platforms, entry, &self.repository.platforms];
        match said.into_iter().find(|said| !said.is_empty()) {
            Some(said) => (said.to_vec(), true),
            None => (self.flags.platforms_or_fallback(), false),
        }
    }
}

/// Lists the files of an entry, each once: as they are listed, and those of a pattern by name.
fn files(entry: &Dockerfiles, root: &Root) -> Result<Vec<RootPath>, Failure> {
    let mut files: Vec<RootPath> = Vec::new();
    for pattern in &entry.files {
        for file in matching(pattern, root)? {
            if !files.contains(&file) {
                files.push(file);
            }
        }
    }
    Ok(files)
}

/// A name stands for itself where there is a file of that name, else for those that it fits as a
/// pattern.
fn matching(pattern: &Placed<String>, root: &Root) -> Result<Vec<RootPath>, Failure> {
    let text = pattern.value.as_str();
    let plain = root.resolve(&RootPath::root(), text)?;
    if root.has_file(&plain)? {
        return Ok(vec![plain]);
    }
    let nothing = || ConfigError::NoMatch {
        place: pattern.place.clone(),
        pattern: text.to_owned(),
    };
    if !text.contains(['*', '?', '[', '{']) {
        return Err(nothing().into());
    }
    let text = text.trim_start_matches("./");
    let glob = GlobBuilder::new(text).literal_separator(true).build();
    let glob = glob.map_err(|_| nothing())?.compile_matcher();
    let found = root.files(&beginning(text), &|path| glob.is_match(path))?;
    if found.is_empty() {
        return Err(nothing().into());
    }
    Ok(found)
}

/// The folder that all files of a pattern lie in: the names before the first sign of a pattern.
fn beginning(pattern: &str) -> RootPath {
    let plain = pattern.find(['*', '?', '[', '{']).unwrap_or(0);
    let folder = pattern
        .get(..plain)
        .and_then(|plain| plain.rsplit_once('/'))
        .map_or("", |(folder, _)| folder);
    RootPath::new(folder).unwrap_or_else(|_| RootPath::root())
}
