//! `[[source]]` as written (`SPEC.md` section 3.2).

use std::collections::BTreeMap;

use super::super::marked::Marked;
use super::super::table::{Shape, Table};
use super::super::value::Value;
use crate::Span;
use crate::error::Fault;

/// What asks for images: a Dockerfile, a compose project, or a plain list.
#[derive(Debug)]
#[cfg_attr(
    feature = "schema",
    derive(schemars::JsonSchema),
    schemars(rename = "source", rename_all = "kebab-case", deny_unknown_fields)
)]
pub(crate) struct SourceWire {
    /// Unique in the lock; the path by default.
    pub(crate) name: Marked<String>,
    /// `dockerfile`, `compose` or `images`.
    #[cfg_attr(
        feature = "schema",
        schemars(extend("enum" = ["dockerfile", "compose", "images"]))
    )]
    pub(crate) kind: Marked<String>,
    /// Of a dockerfile: the file, relative to the root.
    pub(crate) path: Option<Marked<String>>,
    /// Of a compose project: its files, in the order they are merged.
    pub(crate) files: Option<Vec<Marked<String>>>,
    /// The platforms asked for, sorted.
    #[cfg_attr(feature = "schema", schemars(length(min = 1)))]
    pub(crate) platforms: Vec<Marked<String>>,
    /// The platform that builds run on; of a dockerfile or compose project.
    pub(crate) build_platform: Option<Marked<String>>,
    /// Build arguments that took part in a decision.
    #[cfg_attr(feature = "schema", schemars(default))]
    pub(crate) args: BTreeMap<String, String>,
    /// Environment variables that took part in a decision.
    #[cfg_attr(feature = "schema", schemars(default))]
    pub(crate) env: BTreeMap<String, String>,
    /// The stage asked for; empty: the last; left out: all stages.
    pub(crate) target: Option<Marked<String>>,
    /// Named build contexts.
    #[cfg_attr(feature = "schema", schemars(default))]
    pub(crate) contexts: BTreeMap<String, String>,
    /// Of a compose project: its active profiles, sorted.
    #[cfg_attr(feature = "schema", schemars(default))]
    pub(crate) profiles: Vec<Marked<String>>,
    /// Of a compose project: the services asked for, sorted; left out: all.
    #[cfg_attr(feature = "schema", schemars(default))]
    pub(crate) services: Vec<Marked<String>>,
    /// Of a compose project: environment files, in the order they are read.
    #[cfg_attr(feature = "schema", schemars(default))]
    pub(crate) env_files: Vec<Marked<String>>,
    /// Of a compose project: the folder that its relative paths start from; left out: that of its
    /// first file.
    pub(crate) project_directory: Option<Marked<String>>,
    /// The folder that paths are relative to; left out: the folder of the lock.
    pub(crate) root: Option<Marked<String>>,
    #[cfg_attr(feature = "schema", schemars(skip))]
    pub(crate) span: Span,
    #[cfg_attr(feature = "schema", schemars(skip))]
    pub(crate) keys: Vec<(&'static str, Span)>,
}

impl SourceWire {
    /// The keys of the table, in canonical order.
    pub(crate) const SHAPE: Shape = Shape {
        name: "a source",
        keys: &[
            "name",
            "kind",
            "path",
            "files",
            "platforms",
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
        ],
    };

    /// Takes a table apart.
    pub(crate) fn read(table: Table<'_>) -> Result<Self, Fault> {
        let text = |key| table.get(key).map(Value::text).transpose();
        let keys = Self::SHAPE.keys.iter();
        Ok(Self {
            name: table.need("name")?.text()?,
            kind: table.need("kind")?.text()?,
            path: text("path")?,
            files: table.get("files").map(Value::texts).transpose()?,
            platforms: table.need("platforms")?.texts()?,
            build_platform: text("build-platform")?,
            args: table.read_or_default("args", Value::map)?,
            env: table.read_or_default("env", Value::map)?,
            target: text("target")?,
            contexts: table.read_or_default("contexts", Value::map)?,
            profiles: table.read_or_default("profiles", Value::texts)?,
            services: table.read_or_default("services", Value::texts)?,
            env_files: table.read_or_default("env-files", Value::texts)?,
            project_directory: text("project-directory")?,
            root: text("root")?,
            span: table.span(),
            keys: keys
                .filter_map(|key| Some((*key, table.get(key)?.span())))
                .collect(),
        })
    }
}
