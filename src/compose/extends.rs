//! `extends`: a service that begins as another one.

use super::error::{Problem, shown};
use super::file_path::{folder_of, is_remote_file, join};
use super::files::Stop;
use super::load::{Load, Purpose};
use super::merge::merge;
use super::reset::drop_fields;
use super::scope::Scope;
use super::tree_path::TreePath;
use super::value::{Map, Value};
use super::{contexts, limits};

/// The services of a file that something extends, and what its document takes away.
#[derive(Clone, Debug)]
pub(crate) struct Base {
    services: Map,
    resets: Vec<TreePath>,
}

/// Where a service stands while its chain is followed.
struct Here<'a> {
    scope: &'a Scope,
    resets: &'a [TreePath],
    /// Whether this is an extended file, whose paths were made absolute.
    is_base: bool,
}

/// What compose tells the links of a chain apart by: the file as it is written, none for another
/// service of the same file, and the service that extends. It does not look which file that
/// service is in, so that two of one name, each extending a service of its own file, are a circle.
type Link = (Option<String>, String);

/// Completes every service of a document that extends another one.
pub(crate) fn apply(
    load: &mut Load,
    document: &mut Value,
    scope: &Scope,
    resets: &[TreePath],
) -> Result<(), Stop> {
    let Some(services) = document.map_mut().and_then(|map| map.get_mut("services")) else {
        return Ok(());
    };
    let place = services.place.clone();
    let Some(services) = services.map_mut() else {
        let what = "services must be a mapping".to_owned();
        return Err(Problem::Extends(what).at(&place).into());
    };
    let here = Here {
        scope,
        resets,
        is_base: false,
    };
    let names: Vec<String> = services.keys().cloned().collect();
    for name in names {
        let complete = service(load, &name, services, &here, &mut Vec::new())?;
        services.insert(name, complete);
    }
    Ok(())
}

/// Completes one service; `chain` holds the links that led to it.
fn service(
    load: &mut Load,
    name: &str,
    services: &mut Map,
    here: &Here<'_>,
    chain: &mut Vec<Link>,
) -> Result<Value, Stop> {
    let Some(own) = services.get(name).cloned() else {
        return Err(Problem::Extends(format!("service {} is not there", shown(name))).into());
    };
    if own.is_null() {
        return Ok(own);
    }
    let Some(map) = own.map() else {
        let what = format!("services.{} must be a mapping", shown(name));
        return Err(Problem::Extends(what).at(&own.place).into());
    };
    let Some(extends) = map.get("extends") else {
        return Ok(own);
    };
    let target = Target::read(extends, name)?;
    load.structural.extend(target.uses().cloned());
    let base = if let Some(file) = target.file {
        from_file(load, name, &target, file, here, chain)?
    } else if services.contains_key(target.name) {
        follow((None, name.to_owned()), extends, chain)?;
        service(load, target.name, services, here, chain)?
    } else {
        return Err(target.missing(name));
    };
    if base.is_null() {
        return Ok(own);
    }
    let path = TreePath::of("services").key(name);
    let mut base = base;
    drop_fields(&mut base, &path, here.resets);
    let mut complete = merge(base, own, &path)?;
    if let Some(map) = complete.map_mut() {
        map.remove("extends");
    }
    services.insert(name.to_owned(), complete.clone());
    Ok(complete)
}

/// What `extends` says.
struct Target<'a> {
    name: &'a str,
    file: Option<&'a str>,
    value: &'a Value,
}

impl<'a> Target<'a> {
    fn read(value: &'a Value, service: &str) -> Result<Self, Stop> {
        let wrong = |what: String| Stop::from(Problem::Extends(what).at(&value.place));
        if let Some(name) = value.text() {
            return Ok(Self {
                name,
                file: None,
                value,
            });
        }
        let field = format!("services.{}.extends", shown(service));
        let name = value.get("service").and_then(Value::text);
        let name = name.ok_or_else(|| wrong(format!("{field} names no service")))?;
        let file = match value.get("file").filter(|file| !file.is_null()) {
            None => None,
            Some(file) => Some(
                file.text()
                    .ok_or_else(|| wrong(format!("{field}.file must be text")))?,
            ),
        };
        Ok(Self { name, file, value })
    }

    fn uses(&self) -> impl Iterator<Item = &'a super::variable::Use> {
        let parts = [
            Some(self.value),
            self.value.get("service"),
            self.value.get("file"),
        ];
        parts.into_iter().flatten().flat_map(|value| &value.uses)
    }

    fn missing(&self, service: &str) -> Stop {
        let what = format!(
            "service {} extends {}, which is not there",
            shown(service),
            shown(self.name)
        );
        Problem::Extends(what).at(&self.value.place).into()
    }
}

fn from_file(
    load: &mut Load,
    name: &str,
    target: &Target<'_>,
    file: &str,
    here: &Here<'_>,
    chain: &mut Vec<Link>,
) -> Result<Value, Stop> {
    let place = &target.value.place;
    if is_remote_file(file) {
        return Err(Problem::Remote(shown(file)).at(place).into());
    }
    let path = join(&here.scope.files_dir, file);
    let base = base_of(load, &path, target, here.scope)?;
    let mut services = base.services;
    if !services.contains_key(target.name) {
        return Err(target.missing(name));
    }
    let link = (Some(as_written(here, file, path)), name.to_owned());
    follow(link, target.value, chain)?;
    let there = Here {
        scope: here.scope,
        resets: &base.resets,
        is_base: true,
    };
    service(load, target.name, &mut services, &there, chain)
}

/// Loads the services of a file; each file is loaded once for a scope.
fn base_of(load: &mut Load, path: &str, target: &Target<'_>, scope: &Scope) -> Result<Base, Stop> {
    let key = (path.to_owned(), scope.clone());
    if let Some(base) = load.bases.get(&key) {
        return Ok(base.clone());
    }
    let place = &target.value.place;
    let loaded = load.file(None, path, Some(place), scope, &[], Purpose::Base)?;
    let home = scope.environment.home();
    let services = loaded.value.and_then(|mut value| {
        contexts::resolve_paths(&mut value, folder_of(path), home);
        value.get("services").and_then(Value::map).cloned()
    });
    let Some(services) = services else {
        let what = "the file that is extended has no services".to_owned();
        return Err(Problem::Extends(what).at(place).into());
    };
    let base = Base {
        services,
        resets: loaded.resets,
    };
    load.bases.insert(key, base.clone());
    Ok(base)
}

/// Names a file for a link: `./a.yaml` and `a.yaml` differ where the project itself says so.
fn as_written(here: &Here<'_>, file: &str, path: String) -> String {
    let mut below = file;
    while let Some(rest) = below.strip_prefix("../") {
        below = rest;
    }
    let is_clean = join("/", below).strip_prefix('/') == Some(below) || join("/", file) == file;
    if here.is_base || is_clean {
        path
    } else {
        file.to_owned()
    }
}

/// Adds a link to the chain; fails where the chain comes back to itself.
fn follow(link: Link, extends: &Value, chain: &mut Vec<Link>) -> Result<(), Stop> {
    let is_circle = chain.contains(&link);
    chain.push(link);
    if is_circle || chain.len() > limits::CHAIN {
        let names = chain.iter().map(|(_, name)| shown(name)).collect();
        return Err(Problem::ExtendsCycle(names).at(&extends.place).into());
    }
    Ok(())
}
