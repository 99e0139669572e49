//! `include`: other projects that become part of this one.

use std::sync::Arc;

use super::error::{Problem, shown};
use super::file_path::{folder_of, is_remote_file, join};
use super::files::{Found, Stop};
use super::load::Load;
use super::merge::merge;
use super::reset::drop_fields;
use super::scope::Scope;
use super::tree_path::TreePath;
use super::value::{Map, Node, Plain, Value};
use super::{Place, env_files};

/// Sections that an include may bring.
const SECTIONS: &[&str] = &[
    "services", "volumes", "networks", "secrets", "configs", "models",
];

/// One entry of `include`; one without a path brings nothing.
struct Entry<'a> {
    paths: Vec<&'a Value>,
    project_directory: Option<&'a Value>,
    /// Files in place of the `.env` beside the included file; none where no file is named.
    env_files: Option<Vec<&'a Value>>,
    place: Place,
}

/// Brings in everything that a document includes.
pub(crate) fn apply(
    load: &mut Load,
    document: &mut Value,
    scope: &Scope,
    chain: &[String],
    resets: &[TreePath],
) -> Result<(), Stop> {
    let Some(map) = document.map_mut() else {
        return Ok(());
    };
    let Some(list) = map.remove("include").filter(|list| !list.is_null()) else {
        return Ok(());
    };
    let Some(entries) = list.list() else {
        return Err(wrong("include must be a list", &list));
    };
    for entry in entries {
        let entry = Entry::read(entry)?;
        let imported = entry.load(load, scope, chain)?;
        import(map, imported, resets)?;
    }
    Ok(())
}

impl<'a> Entry<'a> {
    fn read(value: &'a Value) -> Result<Self, Stop> {
        let place = value.place.clone();
        match &value.node {
            Node::Text(_) => Ok(Self {
                paths: vec![value],
                project_directory: None,
                env_files: None,
                place,
            }),
            Node::Map(map) => Ok(Self {
                paths: map.get("path").map(texts).transpose()?.unwrap_or_default(),
                project_directory: map
                    .get("project_directory")
                    .filter(|at| !at.is_null() && at.text() != Some("")),
                env_files: map
                    .get("env_file")
                    .map(texts)
                    .transpose()?
                    .filter(|files| !files.is_empty()),
                place,
            }),
            Node::Plain(Plain::Null) => Ok(Self {
                paths: Vec::new(),
                project_directory: None,
                env_files: None,
                place,
            }),
            Node::Plain(_) | Node::List(_) => Err(wrong(
                "an entry of include must be a path or a mapping",
                value,
            )),
        }
    }

    fn load(&self, load: &mut Load, scope: &Scope, chain: &[String]) -> Result<Value, Stop> {
        let mut files = Vec::new();
        for value in &self.paths {
            load.structural.extend(value.uses.iter().cloned());
            let path = value.text().unwrap_or_default();
            if is_remote_file(path) {
                return Err(Problem::Remote(shown(path)).at(&value.place).into());
            }
            let path = join(&scope.files_dir, path);
            load.files.relative(&path, Some(&value.place))?;
            files.push((path, Some(value.place.clone())));
        }
        let Some((main, _)) = files.first() else {
            // Nothing sees what the environment files set, but compose looks for them.
            if self.env_files.is_some() {
                self.variables(load, scope, &scope.working_dir)?;
            }
            return Ok(Value::new(Node::Map(Map::new()), self.place.clone()));
        };
        if chain.contains(main) {
            let mut circle = Vec::new();
            for path in chain.iter().chain([main]) {
                circle.push(shown(&load.files.relative(path, None)?));
            }
            return Err(Problem::IncludeCycle(circle).at(&self.place).into());
        }
        let inner = self.scope(load, scope, main)?;
        let paths = files.iter().map(|(path, _)| path.clone()).collect();
        let key = (paths, inner);
        if let Some(finished) = load.finished.get(&key) {
            return Ok(finished.clone());
        }
        let imported = load.project(&files, &key.1, chain)?;
        load.finished.insert(key, imported.clone());
        Ok(imported)
    }

    /// The folders and variables that the included files see.
    fn scope(&self, load: &mut Load, outer: &Scope, main: &str) -> Result<Scope, Stop> {
        let (files_dir, working_dir) = match self.project_directory {
            None => (folder_of(main).to_owned(), folder_of(main).to_owned()),
            Some(value) => {
                load.structural.extend(value.uses.iter().cloned());
                let folder = join(&outer.working_dir, value.text().unwrap_or_default());
                let found = load.files.look(&folder, Some(&value.place))?;
                // Compose takes the parent of a project directory that is not there.
                let working_dir = match found {
                    Found::Folder => folder.clone(),
                    Found::File(_) | Found::Missing | Found::Outside => {
                        folder_of(&folder).to_owned()
                    }
                };
                (folder, working_dir)
            }
        };
        let set = self.variables(load, outer, &files_dir)?;
        let mut environment = (*outer.environment).clone();
        environment.add(set);
        Ok(Scope {
            working_dir,
            files_dir,
            environment: Arc::new(environment),
        })
    }

    fn variables(
        &self,
        load: &mut Load,
        outer: &Scope,
        files_dir: &str,
    ) -> Result<env_files::Set, Stop> {
        let mut paths = Vec::new();
        match &self.env_files {
            None => {
                let path = join(files_dir, ".env");
                if matches!(load.files.look(&path, None)?, Found::File(_)) {
                    paths.push((path, None));
                }
            }
            Some(values) => {
                for value in values {
                    load.structural.extend(value.uses.iter().cloned());
                    let path = value.text().unwrap_or_default();
                    if path != "/dev/null" {
                        let path = join(&outer.working_dir, path);
                        paths.push((path, Some(value.place.clone())));
                    }
                }
            }
        }
        env_files::read(&mut load.files, &paths, &outer.environment)
    }
}

/// Reads a text or a list of texts.
fn texts(value: &Value) -> Result<Vec<&Value>, Stop> {
    let values: Vec<&Value> = match &value.node {
        Node::Plain(Plain::Null) => Vec::new(),
        Node::List(items) => items.iter().collect(),
        Node::Plain(_) | Node::Text(_) | Node::Map(_) => vec![value],
    };
    match values.iter().find(|value| value.text().is_none()) {
        Some(other) => Err(wrong("include takes paths as text", other)),
        None => Ok(values),
    }
}

/// Puts what was included under what the including document says itself.
fn import(target: &mut Map, imported: Value, resets: &[TreePath]) -> Result<(), Stop> {
    let Node::Map(mut imported) = imported.node else {
        return Ok(());
    };
    for section in SECTIONS {
        let Some(Value {
            node: Node::Map(entries),
            place,
            ..
        }) = imported.remove(*section)
        else {
            continue;
        };
        let target = target
            .entry((*section).to_owned())
            .or_insert_with(|| Value::new(Node::Map(Map::new()), place.clone()));
        if target.is_null() {
            target.node = Node::Map(Map::new());
        }
        let path = TreePath::of(section);
        let Some(target) = target.map_mut() else {
            return Err(Problem::Merge((*section).to_owned()).at(&place).into());
        };
        for (name, mut entry) in entries {
            let path = path.key(&name);
            let entry = match target.remove(&name) {
                None => entry,
                Some(own) if own == entry => own,
                Some(own) => {
                    drop_fields(&mut entry, &path, resets);
                    merge(entry, own, &path)?
                }
            };
            target.insert(name, entry);
        }
    }
    Ok(())
}

fn wrong(what: &str, value: &Value) -> Stop {
    Problem::Extends(what.to_owned()).at(&value.place).into()
}
