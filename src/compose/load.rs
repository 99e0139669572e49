//! Files → one merged project in long form.
//!
//! Each document of each file goes through the same steps, in compose's order: interpolate,
//! include, take away what `!reset` and `!override` name, extend, merge, check the shape, write
//! in long form. What is included goes through all of it by itself first.

use std::collections::{BTreeMap, BTreeSet};

use super::canonical::canonical;
use super::contexts::resolve_paths;
use super::error::Problem;
use super::files::{Files, Stop};
use super::interpolate::{Noticed, interpolate};
use super::merge::merge;
use super::project::Warning;
use super::reset::drop_fields;
use super::scope::Scope;
use super::tree_path::TreePath;
use super::unique::enforce;
use super::value::{Map, Node, Value};
use super::variable::Use;
use super::yaml::Document;
use super::{Place, extends, include, limits, schema, validate};

/// The work on one project; it is done again from the start whenever a file was missing, with
/// everything that was read or finished before.
#[derive(Debug)]
pub(crate) struct Load {
    pub(crate) files: Files,
    pub(crate) warnings: BTreeSet<Warning>,
    /// Look-ups that decided which files and services take part.
    pub(crate) structural: BTreeSet<Use>,
    /// Finished includes and extended files.
    pub(crate) finished: BTreeMap<(Vec<String>, Scope), Value>,
    pub(crate) bases: BTreeMap<(String, Scope), extends::Base>,
}

/// How far a file is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// A file of the project.
    Project,
    /// A file that a service extends: neither its includes nor its shape matter.
    Base,
}

impl Load {
    pub(crate) fn new(files: Files) -> Self {
        Self {
            files,
            warnings: BTreeSet::new(),
            structural: BTreeSet::new(),
            finished: BTreeMap::new(),
            bases: BTreeMap::new(),
        }
    }

    /// Loads files as one project; `chain` is what includes them.
    pub(crate) fn project(
        &mut self,
        files: &[(String, Option<Place>)],
        scope: &Scope,
        chain: &[String],
    ) -> Result<Value, Stop> {
        let mut merged: Option<Value> = None;
        for (path, place) in files {
            let loaded = self.file(
                merged.take(),
                path,
                place.as_ref(),
                scope,
                chain,
                Purpose::Project,
            )?;
            merged = loaded.value;
        }
        let mut merged = match (merged, files.first()) {
            (Some(merged), _) => merged,
            (None, Some((_, Some(place)))) => Value::new(Node::Map(Map::new()), place.clone()),
            (None, _) => return Err(Problem::EmptyFile.into()),
        };
        if chain.is_empty() && merged.map().is_none_or(Map::is_empty) {
            return Err(Problem::EmptyFile.at(&merged.place).into());
        }
        default_contexts(&mut merged);
        validate::check(&merged)?;
        let home = scope.environment.home();
        resolve_paths(&mut merged, &scope.working_dir, home);
        Ok(merged)
    }

    /// Adds one file to what is merged so far.
    pub(crate) fn file(
        &mut self,
        merged: Option<Value>,
        path: &str,
        place: Option<&Place>,
        scope: &Scope,
        chain: &[String],
        purpose: Purpose,
    ) -> Result<Loaded, Stop> {
        let mut loaded = Loaded {
            value: merged,
            resets: Vec::new(),
        };
        let mut chain = chain.to_vec();
        chain.push(path.to_owned());
        if chain.len() > limits::CHAIN {
            let what = format!("more than {} files include each other", limits::CHAIN);
            return Err(Problem::TooLarge(what).into());
        }
        let mut noticed = Noticed::default();
        for document in self.files.documents(path, place)?.iter() {
            let step = Step {
                scope,
                chain: &chain,
                purpose,
            };
            loaded.value =
                Some(self.document(loaded.value.take(), document, &step, &mut noticed)?);
            loaded.resets.clone_from(&document.resets);
        }
        self.warnings.extend(
            noticed
                .unset
                .into_iter()
                .map(|(name, place)| Warning::unset(&name, place)),
        );
        Ok(loaded)
    }

    fn document(
        &mut self,
        merged: Option<Value>,
        document: &Document,
        step: &Step<'_>,
        noticed: &mut Noticed,
    ) -> Result<Value, Stop> {
        let top = TreePath::root();
        let value = document.value.clone();
        if value.map().is_none() {
            let what = "a compose file is a mapping".to_owned();
            return Err(Problem::Conflict {
                field: "the file".to_owned(),
                what,
            }
            .at(&value.place)
            .into());
        }
        let mut value = interpolate(value, &top, &step.scope.environment, noticed)?;
        if step.purpose == Purpose::Project {
            include::apply(self, &mut value, step.scope, step.chain, &document.resets)?;
        }
        let mut merged =
            merged.unwrap_or_else(|| Value::new(Node::Map(Map::new()), value.place.clone()));
        drop_fields(&mut merged, &top, &document.resets);
        if step.purpose == Purpose::Project {
            extends::apply(self, &mut value, step.scope, &document.resets)?;
        }
        let mut merged = merge(merged, value, &top)?;
        enforce(&mut merged, &top)?;
        if step.purpose == Purpose::Project {
            schema::check(&merged)?;
            if let Some(version) = merged.map_mut().and_then(|map| map.remove("version")) {
                self.warnings.insert(Warning::version(version.place));
            }
        }
        canonical(&mut merged)?;
        enforce(&mut merged, &top)?;
        Ok(merged)
    }
}

/// What a file gave.
#[derive(Debug)]
pub(crate) struct Loaded {
    pub(crate) value: Option<Value>,
    /// What its last document takes away.
    pub(crate) resets: Vec<TreePath>,
}

/// The file that a document belongs to.
struct Step<'a> {
    scope: &'a Scope,
    chain: &'a [String],
    purpose: Purpose,
}

/// A build without a context has the folder of its project as one.
fn default_contexts(top: &mut Value) {
    let services = top
        .map_mut()
        .and_then(|top| top.get_mut("services"))
        .and_then(Value::map_mut);
    for (_, service) in services.into_iter().flatten() {
        if let Some(build) = service
            .map_mut()
            .and_then(|service| service.get_mut("build"))
        {
            let here = build.with(Node::Text(".".to_owned()));
            if let Some(build) = build.map_mut() {
                build.entry("context".to_owned()).or_insert(here);
            }
        }
    }
}
