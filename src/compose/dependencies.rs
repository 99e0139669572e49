//! What a service waits for: `depends_on`, and what shares a namespace or volumes with it.

use std::collections::BTreeMap;

use super::Place;
use super::value::{Node, Plain, Value};

/// One dependency of a service.
#[derive(Clone, Debug)]
pub(crate) struct Dependency {
    pub(crate) required: bool,
    pub(crate) place: Place,
}

/// Fields that may name another service as `service:NAME`.
const NAMESPACES: &[&str] = &["cgroup", "ipc", "network_mode", "pid", "uts"];

/// Lists what a service in long form depends on.
pub(crate) fn of_service(service: &Value) -> BTreeMap<String, Dependency> {
    let mut found = BTreeMap::new();
    let declared = service.get("depends_on").and_then(Value::map);
    for (name, waits) in declared.into_iter().flatten() {
        let required = waits
            .get("required")
            .is_none_or(|required| required.node != Node::Plain(Plain::Bool(false)));
        found.insert(
            name.clone(),
            Dependency {
                required,
                place: waits.place.clone(),
            },
        );
    }
    let mut add = |name: &str, value: &Value| {
        found.entry(name.to_owned()).or_insert_with(|| Dependency {
            required: true,
            place: value.place.clone(),
        });
    };
    for link in list(service, "links") {
        let text = link.text().unwrap_or_default();
        let name = match text.split_once(':') {
            Some((name, alias)) if !alias.contains(':') => name,
            _ => text,
        };
        add(name, link);
    }
    for field in NAMESPACES {
        if let Some(value) = service.get(field)
            && let Some(name) = value.text().and_then(|text| text.strip_prefix("service:"))
        {
            add(name, value);
        }
    }
    for volumes in list(service, "volumes_from") {
        let text = volumes.text().unwrap_or_default();
        if !text.starts_with("container:") {
            add(text.split(':').next().unwrap_or_default(), volumes);
        }
    }
    found
}

fn list<'a>(service: &'a Value, name: &str) -> impl Iterator<Item = &'a Value> {
    let items = service.get(name).and_then(Value::list);
    items.into_iter().flatten()
}
