//! Short forms → long forms, for the fields that decide something.

use std::collections::BTreeMap;

use super::ComposeError;
use super::error::{Problem, shown};
use super::merge::names_as_map;
use super::short_volume::ShortVolume;
use super::value::{Map, Node, Plain, Value};

/// Sections whose entries may be external.
const SECTIONS: &[&str] = &["configs", "networks", "secrets", "volumes"];

/// Rewrites a merged file into long forms.
pub(crate) fn canonical(top: &mut Value) -> Result<(), ComposeError> {
    let Some(top) = top.map_mut() else {
        return Ok(());
    };
    for section in SECTIONS {
        let entries = top.get_mut(*section).and_then(Value::map_mut);
        for (name, entry) in entries.into_iter().flatten() {
            external(entry, &format!("{section}.{}", shown(name)))?;
        }
    }
    let services = top.get_mut("services").and_then(Value::map_mut);
    for (name, service) in services.into_iter().flatten() {
        if let Some(service) = service.map_mut() {
            canonical_service(service, &format!("services.{}", shown(name)))?;
        }
    }
    Ok(())
}

fn canonical_service(service: &mut Map, field: &str) -> Result<(), ComposeError> {
    change(service, "build", |build| long_build(build, field))?;
    change(service, "depends_on", |depends| {
        long_depends_on(depends, field)
    })?;
    for name in ["models", "networks"] {
        change(service, name, |names| Ok(names_as_map(names, false)))?;
    }
    change(service, "gpus", |gpus| Ok(all_gpus(gpus)))?;
    change(service, "label_file", |files| Ok(as_list(files)))?;
    change(service, "volumes", |volumes| {
        each(volumes, |volume| long_volume(volume, field))
    })?;
    for name in ["configs", "secrets"] {
        change(service, name, |mounts| {
            each(mounts, |mount| Ok(long_mount(mount)))
        })?;
    }
    Ok(())
}

/// Replaces a field by what a function makes of it.
fn change(
    map: &mut Map,
    name: &str,
    with: impl FnOnce(Value) -> Result<Value, ComposeError>,
) -> Result<(), ComposeError> {
    if let Some(value) = map.remove(name) {
        map.insert(name.to_owned(), with(value)?);
    }
    Ok(())
}

fn each(
    value: Value,
    with: impl FnMut(Value) -> Result<Value, ComposeError>,
) -> Result<Value, ComposeError> {
    let Value { node, place, uses } = value;
    let node = match node {
        Node::List(items) => Node::List(items.into_iter().map(with).collect::<Result<_, _>>()?),
        node @ (Node::Plain(_) | Node::Text(_) | Node::Map(_)) => node,
    };
    Ok(Value { node, place, uses })
}

fn long_build(build: Value, field: &str) -> Result<Value, ComposeError> {
    let mut build = match &build.node {
        Node::Text(_) => single("context", build),
        Node::Map(_) => build,
        Node::Plain(_) | Node::List(_) => {
            return Err(bad(
                &build,
                &format!("{field}.build"),
                "must be a path or a mapping",
            ));
        }
    };
    if let Some(map) = build.map_mut() {
        change(map, "additional_contexts", |contexts| {
            named_contexts(contexts, &format!("{field}.build.additional_contexts"))
        })?;
        change(map, "secrets", |mounts| {
            each(mounts, |mount| Ok(long_mount(mount)))
        })?;
        change(map, "ssh", |keys| {
            ssh_keys(keys, &format!("{field}.build.ssh"))
        })?;
    }
    Ok(build)
}

fn named_contexts(contexts: Value, field: &str) -> Result<Value, ComposeError> {
    let Node::List(items) = &contexts.node else {
        return Ok(contexts);
    };
    let mut map = BTreeMap::new();
    for item in items {
        let Some((name, path)) = item.text().and_then(|text| text.split_once('=')) else {
            return Err(bad(item, field, "must be name=context"));
        };
        map.insert(name.to_owned(), item.with(Node::Text(path.to_owned())));
    }
    Ok(contexts.with(Node::Map(map)))
}

/// Reads keys for a build as a mapping; of keys without a path, the agent's alone is known.
fn ssh_keys(keys: Value, field: &str) -> Result<Value, ComposeError> {
    let Node::List(items) = &keys.node else {
        return Ok(keys);
    };
    let mut map = BTreeMap::new();
    for item in items {
        let (name, path) = match item.text().map(|text| text.split_once('=').ok_or(text)) {
            Some(Ok((name, path))) => (name, Node::Text(path.to_owned())),
            Some(Err("default")) => ("default", Node::Plain(Plain::Null)),
            Some(Err(_)) | None => return Err(bad(item, field, "must be name=path")),
        };
        map.insert(name.to_owned(), item.with(path));
    }
    Ok(keys.with(Node::Map(map)))
}

/// Reads `gpus: all` as a list.
fn all_gpus(gpus: Value) -> Value {
    if gpus.text().is_none() {
        return gpus;
    }
    let one = single("count", gpus.clone());
    gpus.with(Node::List(vec![one]))
}

fn long_depends_on(depends: Value, field: &str) -> Result<Value, ComposeError> {
    let mut depends = names_as_map(depends, true);
    for (name, waits) in depends.map_mut().into_iter().flatten() {
        let place = waits.place.clone();
        let Some(waits) = waits.map_mut() else {
            let field = format!("{field}.depends_on.{}", shown(name));
            let what = "must be a mapping".to_owned();
            return Err(Problem::BadValue { field, what }.at(&place));
        };
        let mut default = |name: &str, node| {
            waits
                .entry(name.to_owned())
                .or_insert_with(|| Value::new(node, place.clone()));
        };
        default("condition", Node::Text("service_started".to_owned()));
        default("required", Node::Plain(Plain::Bool(true)));
    }
    Ok(depends)
}

fn long_volume(volume: Value, field: &str) -> Result<Value, ComposeError> {
    let Some(spec) = volume.text() else {
        return match &volume.node {
            Node::Map(_) => Ok(volume),
            Node::Plain(_) | Node::Text(_) | Node::List(_) => Err(bad(
                &volume,
                &format!("{field}.volumes"),
                "must be text or a mapping",
            )),
        };
    };
    let short = ShortVolume::parse(spec)
        .map_err(|what| bad(&volume, &format!("{field}.volumes"), &what))?;
    let kind = if short.is_bind { "bind" } else { "volume" };
    let mut map = BTreeMap::new();
    let mut set = |name: &str, text: String| {
        map.insert(name.to_owned(), volume.with(Node::Text(text)));
    };
    set("type", kind.to_owned());
    set("target", short.target);
    if !short.source.is_empty() {
        set("source", short.source);
    }
    Ok(volume.with(Node::Map(map)))
}

fn long_mount(mount: Value) -> Value {
    if mount.text().is_some() {
        single("source", mount)
    } else {
        mount
    }
}

fn as_list(value: Value) -> Value {
    if value.text().is_some() {
        let list = Node::List(vec![value.clone()]);
        value.with(list)
    } else {
        value
    }
}

fn single(key: &str, value: Value) -> Value {
    let place = value.place.clone();
    Value::new(Node::Map(BTreeMap::from([(key.to_owned(), value)])), place)
}

/// Reads `external: {name: …}`, the old form, as `external: true` and `name`.
fn external(entry: &mut Value, field: &str) -> Result<(), ComposeError> {
    let Some(map) = entry.map_mut() else {
        return Ok(());
    };
    let Some(external) = map.get("external").filter(|value| value.map().is_some()) else {
        return Ok(());
    };
    let old_name = external.get("name").cloned();
    let is_external = external.with(Node::Plain(Plain::Bool(true)));
    if let Some(old_name) = old_name {
        if map.get("name").is_some_and(|name| *name != old_name) {
            return Err(bad(&old_name, field, "name and external.name differ"));
        }
        map.insert("name".to_owned(), old_name);
    }
    map.insert("external".to_owned(), is_external);
    Ok(())
}

fn bad(value: &Value, field: &str, what: &str) -> ComposeError {
    Problem::BadValue {
        field: field.to_owned(),
        what: what.to_owned(),
    }
    .at(&value.place)
}
