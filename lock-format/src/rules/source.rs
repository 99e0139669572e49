//! Rules of a source (`SPEC.md` section 3.2).

use std::collections::{BTreeMap, BTreeSet};

use super::text::{check_path, check_platform, check_text, check_word};
use super::{check_count, once};
use crate::error::Fault;
use crate::limits::ENTRIES;
use crate::spans::SourceSpans;
use crate::{Problem, Source, SourceKind, Span};

pub(super) fn check(source: &Source, spans: &SourceSpans) -> Result<(), Fault> {
    check_word("name", &source.name, spans.name)?;
    check_kind(&source.kind, spans)?;
    check_platforms(source, spans)?;
    let maps = [
        ("args", &source.args),
        ("env", &source.env),
        ("contexts", &source.contexts),
    ];
    for (key, map) in maps {
        check_texts(key, map, spans.key(key))?;
    }
    check_set("profiles", "profile", &source.profiles, spans)?;
    check_set("services", "service", &source.services, spans)?;
    check_paths("env-files", &source.env_files, spans.key("env-files"))?;
    if let Some(folder) = &source.project_directory {
        let key = "project-directory";
        check_path(key, folder, spans.key(key))?;
    }
    if let Some(target) = &source.target {
        check_text("target", target, spans.key("target"))?;
    }
    if let Some(root) = &source.root {
        check_path("root", root, spans.key("root"))?;
    }
    check_belonging(source, spans)
}

fn check_kind(kind: &SourceKind, spans: &SourceSpans) -> Result<(), Fault> {
    match kind {
        SourceKind::Dockerfile { path } => check_path("path", path, spans.key("path")),
        SourceKind::Compose { files } => {
            let (key, whose) = ("files", "a source of kind compose");
            if files.is_empty() {
                return Err(Fault::new(Problem::Empty { key, whose }, spans.key(key)));
            }
            check_paths(key, files, spans.key(key))
        }
        SourceKind::Images => Ok(()),
    }
}

fn check_platforms(source: &Source, spans: &SourceSpans) -> Result<(), Fault> {
    let (key, whose) = ("platforms", "a source");
    let span = spans.key(key);
    if source.platforms.is_empty() {
        return Err(Fault::new(Problem::Empty { key, whose }, span));
    }
    check_count(key, whose, source.platforms.len(), ENTRIES, span)?;
    let mut seen = BTreeSet::new();
    for platform in &source.platforms {
        check_platform(platform, span)?;
        once("platform", &platform.to_string(), &mut seen, span)?;
    }
    match &source.build_platform {
        Some(platform) => check_platform(platform, spans.key("build-platform")),
        None => Ok(()),
    }
}

fn check_texts(key: &'static str, map: &BTreeMap<String, String>, span: Span) -> Result<(), Fault> {
    check_count(key, "a source", map.len(), ENTRIES, span)?;
    for (name, value) in map {
        check_word(key, name, span)?;
        check_text(key, value, span)?;
    }
    Ok(())
}

fn check_set(
    key: &'static str,
    what: &'static str,
    words: &[String],
    spans: &SourceSpans,
) -> Result<(), Fault> {
    let span = spans.key(key);
    check_count(key, "a source", words.len(), ENTRIES, span)?;
    let mut seen = BTreeSet::new();
    for word in words {
        check_word(key, word, span)?;
        once(what, word, &mut seen, span)?;
    }
    Ok(())
}

fn check_paths(key: &'static str, paths: &[String], span: Span) -> Result<(), Fault> {
    check_count(key, "a source", paths.len(), ENTRIES, span)?;
    paths
        .iter()
        .try_for_each(|path| check_path(key, path, span))
}

/// The columns of the table in section 3.2: which keys go with which kind.
fn check_belonging(source: &Source, spans: &SourceSpans) -> Result<(), Fault> {
    let (whose, strangers): (_, &[&str]) = match source.kind {
        SourceKind::Compose { .. } => ("a source of kind compose", &["path"]),
        SourceKind::Dockerfile { .. } => ("a source of kind dockerfile", NOT_DOCKERFILE),
        SourceKind::Images => ("a source of kind images", NOT_IMAGES),
    };
    let present = present_keys(source);
    for key in strangers {
        if spans.has(key) || present.contains(key) {
            return Err(Fault::new(
                Problem::MisplacedKey { key, whose },
                spans.key(key),
            ));
        }
    }
    if source.build_platform.is_none() && source.kind != SourceKind::Images {
        let (key, table) = ("build-platform", whose);
        return Err(Fault::new(Problem::MissingKey { key, table }, spans.whole));
    }
    Ok(())
}

/// Keys that a source of kind dockerfile does not take.
const NOT_DOCKERFILE: &[&str] = &[
    "files",
    "profiles",
    "services",
    "env-files",
    "project-directory",
];

/// Keys that a source of kind images does not take.
const NOT_IMAGES: &[&str] = &[
    "path",
    "files",
    "build-platform",
    "args",
    "env",
    "target",
    "contexts",
    "profiles",
    "services",
    "env-files",
    "project-directory",
    "root",
];

/// Keys that the writer would write, of those that do not go with every kind.
fn present_keys(source: &Source) -> Vec<&'static str> {
    [
        ("build-platform", source.build_platform.is_some()),
        ("args", !source.args.is_empty()),
        ("env", !source.env.is_empty()),
        ("target", source.target.is_some()),
        ("contexts", !source.contexts.is_empty()),
        ("profiles", !source.profiles.is_empty()),
        ("services", !source.services.is_empty()),
        ("env-files", !source.env_files.is_empty()),
        ("project-directory", source.project_directory.is_some()),
        ("root", source.root.is_some()),
    ]
    .into_iter()
    .filter_map(|(key, there)| there.then_some(key))
    .collect()
}
