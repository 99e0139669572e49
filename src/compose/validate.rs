//! Checks of single sections that their shape does not tell.

use super::ComposeError;
use super::error::{Problem, shown};
use super::value::{Map, Node, Plain, Value};

/// Checks a merged file in long form.
pub(crate) fn check(top: &Value) -> Result<(), ComposeError> {
    for (name, config) in section(top, "configs") {
        let field = format!("configs.{}", shown(name));
        one_of(config, &["file", "environment", "content"], &field)?;
    }
    for (name, secret) in section(top, "secrets") {
        one_of(
            secret,
            &["file", "environment"],
            &format!("secrets.{}", shown(name)),
        )?;
    }
    for (name, volume) in section(top, "volumes") {
        external_volume(volume, &format!("volumes.{}", shown(name)))?;
    }
    for (name, service) in section(top, "services") {
        devices(service, &format!("services.{}", shown(name)))?;
    }
    Ok(())
}

/// The entries of a section; none where it is missing or empty.
pub(crate) fn section<'a>(
    top: &'a Value,
    name: &str,
) -> impl Iterator<Item = (&'a String, &'a Value)> {
    top.get(name)
        .and_then(Value::map)
        .into_iter()
        .flat_map(Map::iter)
}

fn one_of(entry: &Value, keys: &[&str], field: &str) -> Result<(), ComposeError> {
    let given = keys.iter().filter(|key| entry.get(key).is_some()).count();
    let elsewhere = entry.get("driver").is_some() || entry.get("external").is_some();
    let what = match given {
        0 if !elsewhere => format!("needs one of {}", keys.join(", ")),
        0 | 1 => return Ok(()),
        _ => format!("takes only one of {}", keys.join(", ")),
    };
    Err(conflict(entry, field, what))
}

fn external_volume(volume: &Value, field: &str) -> Result<(), ComposeError> {
    let is_external = volume
        .get("external")
        .is_some_and(|external| external.node == Node::Plain(Plain::Bool(true)));
    let other = volume
        .map()
        .into_iter()
        .flat_map(Map::keys)
        .find(|key| !matches!(key.as_str(), "name" | "external") && !key.starts_with("x-"));
    match other {
        Some(key) if is_external => {
            let what = format!("is external and cannot have {}", shown(key));
            Err(conflict(volume, field, what))
        }
        _ => Ok(()),
    }
}

/// A device is asked for by number or by name, not both.
fn devices(service: &Value, field: &str) -> Result<(), ComposeError> {
    let reserved = ["deploy", "resources", "reservations", "devices"]
        .iter()
        .try_fold(service, |value, key| value.get(key));
    let lists = [reserved, service.get("gpus")];
    let devices = lists
        .into_iter()
        .flatten()
        .filter_map(Value::list)
        .flatten();
    for device in devices {
        if device.get("count").is_some() && device.get("device_ids").is_some() {
            let what = "count and device_ids exclude each other".to_owned();
            return Err(conflict(device, &format!("{field} devices"), what));
        }
    }
    Ok(())
}

fn conflict(value: &Value, field: &str, what: String) -> ComposeError {
    Problem::Conflict {
        field: field.to_owned(),
        what,
    }
    .at(&value.place)
}
