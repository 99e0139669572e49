//! Lists in which an entry replaces an earlier one of the same key.

use std::collections::BTreeMap;

use super::ComposeError;
use super::error::{Problem, shown};
use super::short_volume::ShortVolume;
use super::tree_path::TreePath;
use super::value::{Node, Plain, Value};

/// What makes two entries of a list the same.
#[derive(Clone, Copy)]
enum Key {
    /// The part before `=`.
    Name,
    /// The place inside the container.
    Volume,
    /// The device inside the container.
    Device,
    /// The port as written.
    Exposed,
    /// Target, published port, address and protocol.
    Port,
    /// The target, below this folder where none is given.
    Mount(&'static str),
    /// The file.
    EnvFile,
}

const LISTS: &[(&str, Key)] = &[
    ("networks.*.ipam.options", Key::Name),
    ("networks.*.labels", Key::Name),
    ("services.*.annotations", Key::Name),
    ("services.*.build.additional_contexts", Key::Name),
    ("services.*.build.args", Key::Name),
    ("services.*.build.labels", Key::Name),
    ("services.*.build.platform", Key::Name),
    ("services.*.build.tags", Key::Name),
    ("services.*.cap_add", Key::Name),
    ("services.*.cap_drop", Key::Name),
    ("services.*.configs", Key::Mount("")),
    ("services.*.deploy.labels", Key::Name),
    ("services.*.devices", Key::Device),
    ("services.*.dns", Key::Name),
    ("services.*.dns_opt", Key::Name),
    ("services.*.dns_search", Key::Name),
    ("services.*.env_file", Key::EnvFile),
    ("services.*.environment", Key::Name),
    ("services.*.expose", Key::Exposed),
    ("services.*.labels", Key::Name),
    ("services.*.links", Key::Name),
    ("services.*.networks.*.aliases", Key::Name),
    ("services.*.networks.*.link_local_ips", Key::Name),
    ("services.*.ports", Key::Port),
    ("services.*.profiles", Key::Name),
    ("services.*.secrets", Key::Mount("/run/secrets")),
    ("services.*.sysctls", Key::Name),
    ("services.*.tmpfs", Key::Name),
    ("services.*.volumes", Key::Volume),
];

/// Removes the earlier of two entries with one key, in every list that has keys.
pub(crate) fn enforce(value: &mut Value, path: &TreePath) -> Result<(), ComposeError> {
    match &mut value.node {
        Node::Map(map) => {
            for (key, value) in map {
                enforce(value, &path.key(key))?;
            }
        }
        Node::List(items) => {
            if let Some((_, key)) = LISTS.iter().find(|(pattern, _)| path.fits(pattern)) {
                *items = without_repetition(std::mem::take(items), *key, path)?;
            }
        }
        Node::Plain(_) | Node::Text(_) => {}
    }
    Ok(())
}

fn without_repetition(
    items: Vec<Value>,
    key: Key,
    path: &TreePath,
) -> Result<Vec<Value>, ComposeError> {
    let mut kept: Vec<Value> = Vec::with_capacity(items.len());
    let mut places: BTreeMap<String, usize> = BTreeMap::new();
    for item in items {
        let name = key.of(&item).map_err(|what| {
            let field = shown(&path.to_string());
            Problem::BadValue { field, what }.at(&item.place)
        })?;
        if let Some(earlier) = places.get(&name).and_then(|at| kept.get_mut(*at)) {
            *earlier = item;
        } else {
            places.insert(name, kept.len());
            kept.push(item);
        }
    }
    Ok(kept)
}

impl Key {
    fn of(self, item: &Value) -> Result<String, String> {
        match self {
            Self::Name => match item.text() {
                Some(text) => Ok(before(text, '=').to_owned()),
                None => Err(format!("{} must be text", shown(&item.printed()))),
            },
            Self::Volume => volume(item),
            Self::Device => device(item),
            Self::Exposed => match &item.node {
                Node::Text(_) | Node::Plain(Plain::Int(_)) => Ok(item.printed()),
                Node::Plain(_) | Node::List(_) | Node::Map(_) => {
                    Err(format!("{} is no port", shown(&item.printed())))
                }
            },
            Self::Port => port(item),
            Self::Mount(folder) => mount(item, folder),
            Self::EnvFile => match (item.text(), item.get("path").and_then(Value::text)) {
                (Some(path), _) | (None, Some(path)) => Ok(path.to_owned()),
                (None, None) => Err("an environment file needs a path".to_owned()),
            },
        }
    }
}

fn before(text: &str, sign: char) -> &str {
    text.split_once(sign).map_or(text, |(before, _)| before)
}

fn volume(item: &Value) -> Result<String, String> {
    match (&item.node, item.get("target").and_then(Value::text)) {
        (Node::Text(spec), _) => Ok(ShortVolume::parse(spec)?.target),
        (Node::Map(_), Some(target)) => Ok(target.to_owned()),
        (Node::Map(_), None) => Err("a volume needs a target".to_owned()),
        _ => Ok(String::new()),
    }
}

fn device(item: &Value) -> Result<String, String> {
    match (&item.node, item.get("target").and_then(Value::text)) {
        (Node::Text(spec), _) => {
            let mut parts = spec.split(':');
            let first = parts.next().unwrap_or_default();
            Ok(parts.next().unwrap_or(first).to_owned())
        }
        (Node::Map(_), Some(target)) => Ok(target.to_owned()),
        (Node::Map(_), None) => Err("a device needs a target".to_owned()),
        _ => Ok(String::new()),
    }
}

fn port(item: &Value) -> Result<String, String> {
    let part = |name: &str, default: &str| {
        item.get(name)
            .map_or_else(|| default.to_owned(), Value::printed)
    };
    match &item.node {
        Node::Text(_) | Node::Plain(Plain::Int(_)) => Ok(item.printed()),
        Node::Map(map) if map.contains_key("target") => Ok(format!(
            "{}:{}:{}/{}",
            part("host_ip", "0.0.0.0"),
            part("published", ""),
            part("target", ""),
            part("protocol", "tcp")
        )),
        Node::Map(_) => Err("a port needs a target".to_owned()),
        Node::Plain(_) | Node::List(_) => Ok(String::new()),
    }
}

fn mount(item: &Value, folder: &str) -> Result<String, String> {
    match (&item.node, item.get("target")) {
        (Node::Text(name), _) => Ok(format!("{folder}/{name}")),
        (Node::Map(_), Some(target)) => Ok(target.printed()),
        (Node::Map(_), None) => Ok(format!(
            "{folder}/{}",
            item.get("source").map(Value::printed).unwrap_or_default()
        )),
        _ => Err(format!("{} is no name", shown(&item.printed()))),
    }
}
