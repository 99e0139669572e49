//! Which services are active: profiles first, then the services that were asked for.

use std::collections::{BTreeMap, BTreeSet};

use globset::Glob;

use super::ComposeError;
use super::dependencies::of_service;
use super::error::{Problem, shown};
use super::value::Value;

/// The profile that activates everything.
const ALL: &str = "*";

/// Services by name.
pub(crate) type Services<'a> = BTreeMap<&'a str, &'a Value>;

/// Splits services into those whose profile is on and the others.
pub(crate) fn by_profile<'a>(
    services: &Services<'a>,
    profiles: &[String],
) -> (Services<'a>, Services<'a>) {
    services
        .iter()
        .partition(|(_, service)| is_on(service, profiles))
}

fn is_on(service: &Value, profiles: &[String]) -> bool {
    let own = of(service);
    own.is_empty()
        || profiles
            .iter()
            .any(|profile| profile == ALL || own.contains(&profile.as_str()))
}

/// The profiles of a service.
fn of(service: &Value) -> Vec<&str> {
    let profiles = service.get("profiles").and_then(Value::list);
    profiles
        .into_iter()
        .flatten()
        .filter_map(Value::text)
        .collect()
}

/// Adds the profiles of the services that were asked for by name.
pub(crate) fn profiles_of(
    asked: &[String],
    disabled: &Services<'_>,
    profiles: &[String],
) -> Vec<String> {
    let mut all = profiles.to_vec();
    for service in asked.iter().filter_map(|name| disabled.get(name.as_str())) {
        all.extend(of(service).into_iter().map(str::to_owned));
    }
    all
}

/// Finds the services that were asked for, and all that they depend on.
pub(crate) fn with_dependencies<'a>(
    asked: &[String],
    active: &Services<'a>,
) -> Result<BTreeSet<&'a str>, ComposeError> {
    let mut wanted = BTreeSet::new();
    let mut next: Vec<&str> = Vec::new();
    for pattern in asked {
        let before = next.len();
        let matcher = Glob::new(pattern).ok().map(|glob| glob.compile_matcher());
        next.extend(active.keys().filter(|name| {
            **name == pattern
                || matcher
                    .as_ref()
                    .is_some_and(|matcher| matcher.is_match(name))
        }));
        if next.len() == before {
            return Err(Problem::NoSuchService(shown(pattern)).into());
        }
    }
    while let Some(name) = next.pop() {
        let Some(service) = active.get(name).filter(|_| wanted.insert(name)) else {
            continue;
        };
        for (other, dependency) in of_service(service) {
            match active.get_key_value(other.as_str()) {
                Some((other, _)) => next.push(other),
                None if dependency.required => {
                    return Err(Problem::NoSuchService(shown(&other)).at(&dependency.place));
                }
                None => {}
            }
        }
    }
    Ok(wanted)
}
