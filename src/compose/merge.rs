//! Merging: what a later file, or a service that extends another, adds to what is there.
//!
//! Mappings merge key by key, lists are joined, anything else is replaced. The exceptions are
//! compose's: fields that may be a list or a mapping are joined as `key=value` lists, `build`
//! may be a path, `command` and its kind are replaced, and so on.

use std::collections::BTreeMap;

use super::ComposeError;
use super::error::{Problem, shown};
use super::tree_path::TreePath;
use super::value::{Map, Node, Plain, Value};

/// How a field is merged.
#[derive(Clone, Copy)]
enum Rule {
    /// Both sides as lists of `key=value`, joined.
    Join,
    /// As `Join`, and what is there already is not added again.
    JoinNew,
    /// The later one stands.
    Replace,
    /// A path is a mapping with `context`.
    Build,
    /// A list is a mapping from its entries to a condition.
    DependsOn,
    /// A list is a mapping from its entries to nothing.
    Names,
    /// Options of another driver are not kept.
    Logging,
}

const RULES: &[(&str, Rule)] = &[
    ("networks.*.labels", Rule::Join),
    ("services.*.annotations", Rule::Join),
    ("services.*.build", Rule::Build),
    ("services.*.build.additional_contexts", Rule::Join),
    ("services.*.build.args", Rule::Join),
    ("services.*.build.extra_hosts", Rule::JoinNew),
    ("services.*.build.labels", Rule::Join),
    ("services.*.command", Rule::Replace),
    ("services.*.depends_on", Rule::DependsOn),
    ("services.*.deploy.labels", Rule::Join),
    ("services.*.dns", Rule::Join),
    ("services.*.dns_opt", Rule::Join),
    ("services.*.dns_search", Rule::Join),
    ("services.*.entrypoint", Rule::Replace),
    ("services.*.env_file", Rule::Join),
    ("services.*.environment", Rule::Join),
    ("services.*.extra_hosts", Rule::JoinNew),
    ("services.*.healthcheck.test", Rule::Replace),
    ("services.*.label_file", Rule::Join),
    ("services.*.labels", Rule::Join),
    ("services.*.logging", Rule::Logging),
    ("services.*.models", Rule::Names),
    ("services.*.networks", Rule::Names),
    ("services.*.sysctls", Rule::Join),
    ("services.*.tmpfs", Rule::Join),
    ("services.*.ulimits.*", Rule::Replace),
    ("services.*.volumes.*.volume.labels", Rule::Join),
    ("volumes.*.labels", Rule::Join),
];

/// Merges `later` into `earlier`, both standing at `path`.
pub(crate) fn merge(earlier: Value, later: Value, path: &TreePath) -> Result<Value, ComposeError> {
    let rule = RULES.iter().find(|(pattern, _)| path.fits(pattern));
    if let Some((_, rule)) = rule {
        return by_rule(*rule, earlier, later, path);
    }
    if later.is_null() {
        return Ok(earlier);
    }
    match (&earlier.node, &later.node) {
        (Node::Map(_), Node::Map(_)) => merge_maps(earlier, later, path),
        (Node::List(_), Node::List(_)) => Ok(join(earlier, later)),
        (Node::Map(_) | Node::List(_), _) => {
            Err(Problem::Merge(shown(&path.to_string())).at(&later.place))
        }
        _ => Ok(later),
    }
}

fn by_rule(
    rule: Rule,
    earlier: Value,
    later: Value,
    path: &TreePath,
) -> Result<Value, ComposeError> {
    match rule {
        Rule::Replace => Ok(later),
        Rule::Join => Ok(join(as_list(earlier), as_list(later))),
        Rule::JoinNew => {
            let earlier = as_list(earlier);
            let mut later = as_list(later);
            if let (Node::List(old), Node::List(new)) = (&earlier.node, &mut later.node) {
                new.retain(|value| !old.contains(value));
            }
            Ok(join(earlier, later))
        }
        Rule::Build => merge_maps(build_as_map(earlier), build_as_map(later), path),
        Rule::DependsOn => merge_maps(names_as_map(earlier, true), names_as_map(later, true), path),
        Rule::Names => merge_maps(
            names_as_map(earlier, false),
            names_as_map(later, false),
            path,
        ),
        Rule::Logging => {
            let (old, new) = (earlier.get("driver"), later.get("driver"));
            if old.is_none() || new.is_none() || old == new {
                merge_maps(earlier, later, path)
            } else {
                Ok(later)
            }
        }
    }
}

fn merge_maps(earlier: Value, later: Value, path: &TreePath) -> Result<Value, ComposeError> {
    let (place, uses) = (later.place.clone(), later.uses.clone());
    let mut merged = into_map(earlier);
    for (key, value) in into_map(later) {
        let value = match merged.remove(&key) {
            Some(old) => merge(old, value, &path.key(&key))?,
            None => value,
        };
        merged.insert(key, value);
    }
    Ok(Value {
        node: Node::Map(merged),
        place,
        uses,
    })
}

fn into_map(value: Value) -> Map {
    match value.node {
        Node::Map(map) => map,
        Node::Plain(_) | Node::Text(_) | Node::List(_) => Map::new(),
    }
}

fn join(earlier: Value, later: Value) -> Value {
    match (earlier.node, later.node) {
        (Node::List(mut items), Node::List(more)) => {
            items.extend(more);
            Value {
                node: Node::List(items),
                place: later.place,
                uses: later.uses,
            }
        }
        (_, node) => Value {
            node,
            place: later.place,
            uses: later.uses,
        },
    }
}

/// Writes a mapping as a sorted list of `key=value`; a text becomes a list of itself.
fn as_list(value: Value) -> Value {
    let items = match &value.node {
        Node::List(_) => return value,
        Node::Text(_) => vec![value.clone()],
        Node::Map(map) => {
            let mut items: Vec<Value> = map
                .iter()
                .flat_map(|(key, value)| entry(key, value))
                .collect();
            items.sort_by(|a, b| a.text().cmp(&b.text()));
            items
        }
        Node::Plain(_) => Vec::new(),
    };
    value.with(Node::List(items))
}

fn entry(key: &str, value: &Value) -> Vec<Value> {
    let line = |value: &Value| value.with(Node::Text(format!("{key}={}", value.printed())));
    match &value.node {
        Node::Plain(Plain::Null) => vec![value.with(Node::Text(key.to_owned()))],
        Node::List(items) => items.iter().map(line).collect(),
        Node::Plain(_) | Node::Text(_) | Node::Map(_) => vec![line(value)],
    }
}

fn build_as_map(value: Value) -> Value {
    if value.text().is_none() {
        return value;
    }
    let place = value.place.clone();
    let map = BTreeMap::from([("context".to_owned(), value)]);
    Value::new(Node::Map(map), place)
}

/// Reads a list of names as a mapping; `waits` gives each the condition of `depends_on`.
pub(crate) fn names_as_map(value: Value, waits: bool) -> Value {
    let Node::List(items) = &value.node else {
        return value;
    };
    let entry = |item: &Value| {
        let node = if waits {
            Node::Map(started(item))
        } else {
            Node::Plain(Plain::Null)
        };
        Some((item.text()?.to_owned(), item.with(node)))
    };
    let map = items.iter().filter_map(entry).collect();
    value.with(Node::Map(map))
}

/// What a bare name in `depends_on` means.
fn started(name: &Value) -> Map {
    let condition = Node::Text("service_started".to_owned());
    BTreeMap::from([
        ("condition".to_owned(), name.with(condition)),
        (
            "required".to_owned(),
            name.with(Node::Plain(Plain::Bool(true))),
        ),
    ])
}

#[cfg(test)]
mod tests {
    use super::super::yaml::documents;
    use super::*;

    fn value(text: &str) -> Value {
        documents(text, &"f".into()).unwrap().remove(0).value
    }

    fn merged(path: &str, earlier: &str, later: &str) -> Result<Value, ComposeError> {
        merge(value(earlier), value(later), &TreePath::of(path))
    }

    #[test]
    fn each_field_merges_by_its_rule() {
        for (path, earlier, later, result) in [
            ("services.a", "{b: 1, c: 2}", "{c: 3}", "{b: 1, c: 3}"),
            ("services.a", "{b: 1}", "{b: null}", "{b: 1}"),
            (
                "services.a",
                "{b: {c: 1}}",
                "{b: {d: 2}}",
                "{b: {c: 1, d: 2}}",
            ),
            ("services.a.cap_add", "[x]", "[y, x]", "[x, y, x]"),
            (
                "services.a.build",
                "./x",
                "{target: t}",
                "{context: ./x, target: t}",
            ),
            (
                "services.a.build",
                "{target: t}",
                "./x",
                "{context: ./x, target: t}",
            ),
            (
                "services.a.build.args",
                "{B: 1.10, A: }",
                "[A=2]",
                "[A, B=1.1, A=2]",
            ),
            ("services.a.command", "[x]", "y", "y"),
            (
                "services.a.networks",
                "[x]",
                "{y: {aliases: [z]}}",
                "{x: null, y: {aliases: [z]}}",
            ),
            (
                "services.a.depends_on",
                "[x]",
                "{x: {condition: service_healthy}}",
                "{x: {condition: service_healthy, required: true}}",
            ),
            (
                "services.a.dns",
                "1.1.1.1",
                "[8.8.8.8]",
                "[1.1.1.1, 8.8.8.8]",
            ),
            (
                "services.a.extra_hosts",
                "[a=1]",
                "[a=1, b=2]",
                "[a=1, b=2]",
            ),
            (
                "services.a.logging",
                "{driver: a, options: {x: 1}}",
                "{driver: b}",
                "{driver: b}",
            ),
            (
                "services.a.logging",
                "{options: {x: 1}}",
                "{driver: b}",
                "{driver: b, options: {x: 1}}",
            ),
        ] {
            assert_eq!(
                merged(path, earlier, later).unwrap(),
                value(result),
                "{path}"
            );
        }
    }

    #[test]
    fn kinds_that_do_not_fit_are_refused() {
        for (earlier, later) in [("{b: [x]}", "{b: y}"), ("{b: {c: 1}}", "{b: [c]}")] {
            let error = merged("services.a", earlier, later).unwrap_err();
            assert_eq!(error.class_name(), "merge_error");
        }
    }
}
