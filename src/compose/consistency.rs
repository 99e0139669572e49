//! Checks across services: names that must be defined, fields that contradict each other.

use std::collections::{BTreeMap, BTreeSet};

use super::ComposeError;
use super::contexts::SERVICE;
use super::dependencies::{Dependency, of_service};
use super::error::{Problem, shown};
use super::validate::section;
use super::value::{Node, Plain, Value};

/// The services that a check sees.
pub(crate) struct Services<'a> {
    pub(crate) active: BTreeMap<&'a str, &'a Value>,
    pub(crate) disabled: BTreeSet<&'a str>,
}

/// Checks the active services of a project.
pub(crate) fn check(top: &Value, services: &Services<'_>) -> Result<(), ComposeError> {
    let defined = Defined {
        networks: names(top, "networks"),
        volumes: names(top, "volumes"),
        secrets: names(top, "secrets"),
        configs: names(top, "configs"),
        models: names(top, "models"),
    };
    // Compose goes through the services in no fixed order; here, what decides images is told
    // before what does not.
    for (name, service) in &services.active {
        image_or_build(name, service)?;
        contexts(name, service, services)?;
        defined.networks_of(name, service)?;
        dependencies(name, service, services)?;
    }
    for (name, service) in &services.active {
        health(name, service)?;
        defined.rest_of(name, service)?;
        scale(name, service)?;
        watch(name, service)?;
    }
    circles(services)
}

fn names<'a>(top: &'a Value, name: &str) -> BTreeSet<&'a str> {
    section(top, name).map(|(name, _)| name.as_str()).collect()
}

fn filled<'a>(service: &'a Value, name: &str) -> Option<&'a str> {
    service
        .get(name)
        .and_then(Value::text)
        .filter(|text| !text.is_empty())
}

fn image_or_build(name: &str, service: &Value) -> Result<(), ComposeError> {
    let build = service.get("build").filter(|build| build.map().is_some());
    let Some(build) = build else {
        if filled(service, "image").is_none() && service.get("provider").is_none() {
            return Err(Problem::NoImage(shown(name)).at(&service.place));
        }
        return Ok(());
    };
    if filled(build, "dockerfile").is_some() && filled(build, "dockerfile_inline").is_some() {
        let what = format!(
            "service {} has both dockerfile and dockerfile_inline",
            shown(name)
        );
        return Err(Problem::Invalid(what).at(&build.place));
    }
    let platforms = build.get("platforms").and_then(Value::list);
    let platforms: Vec<&str> = platforms
        .into_iter()
        .flatten()
        .filter_map(Value::text)
        .collect();
    match filled(service, "platform") {
        Some(platform) if !platforms.is_empty() && !platforms.contains(&platform) => {
            let what = format!(
                "service {} runs on {}, which its build.platforms do not name",
                shown(name),
                shown(platform)
            );
            Err(Problem::Invalid(what).at(&build.place))
        }
        _ => Ok(()),
    }
}

/// Services that a build takes a context from must be active and have a build.
fn contexts(name: &str, service: &Value, services: &Services<'_>) -> Result<(), ComposeError> {
    let contexts = service
        .get("build")
        .and_then(|build| build.get("additional_contexts"));
    for (_, context) in contexts.and_then(Value::map).into_iter().flatten() {
        let Some(other) = context.text().and_then(|text| text.strip_prefix(SERVICE)) else {
            continue;
        };
        let build = services
            .active
            .get(other)
            .and_then(|other| other.get("build"));
        if build.is_none_or(Value::is_null) {
            let field = format!("services.{}.build.additional_contexts", shown(name));
            let what = format!("{} is no active service with a build", shown(other));
            return Err(Problem::Conflict { field, what }.at(&context.place));
        }
    }
    Ok(())
}

struct Defined<'a> {
    networks: BTreeSet<&'a str>,
    volumes: BTreeSet<&'a str>,
    secrets: BTreeSet<&'a str>,
    configs: BTreeSet<&'a str>,
    models: BTreeSet<&'a str>,
}

impl Defined<'_> {
    fn networks_of(&self, name: &str, service: &Value) -> Result<(), ComposeError> {
        let networks = service.get("networks").and_then(Value::map);
        let mut networks = networks.into_iter().flatten().peekable();
        if filled(service, "network_mode").is_some() && networks.peek().is_some() {
            let what = format!("service {} has both network_mode and networks", shown(name));
            return Err(Problem::Invalid(what).at(&service.place));
        }
        for (network, value) in networks {
            // Compose takes a network called x-… for an extension and then misses it.
            let is_known = network == "default" || self.networks.contains(network.as_str());
            if !is_known || network.starts_with("x-") {
                return Err(undefined("network", name, network).at(&value.place));
            }
        }
        Ok(())
    }

    fn rest_of(&self, name: &str, service: &Value) -> Result<(), ComposeError> {
        let volumes = service.get("volumes").and_then(Value::list);
        for volume in volumes.into_iter().flatten() {
            let is_volume = volume.get("type").and_then(Value::text) == Some("volume");
            if let Some(source) = filled(volume, "source")
                && is_volume
                && !self.volumes.contains(source)
            {
                return Err(undefined("volume", name, source).at(&volume.place));
            }
        }
        let build = service.get("build");
        granted(
            build.and_then(|build| build.get("secrets")),
            "build secret",
            name,
            &self.secrets,
        )?;
        granted(service.get("configs"), "config", name, &self.configs)?;
        granted(service.get("secrets"), "secret", name, &self.secrets)?;
        let models = service.get("models").and_then(Value::map);
        for (model, value) in models.into_iter().flatten() {
            if !self.models.contains(model.as_str()) {
                return Err(undefined("model", name, model).at(&value.place));
            }
        }
        Ok(())
    }
}

fn granted(
    list: Option<&Value>,
    kind: &'static str,
    name: &str,
    defined: &BTreeSet<&str>,
) -> Result<(), ComposeError> {
    for mount in list.and_then(Value::list).into_iter().flatten() {
        let source = mount
            .get("source")
            .and_then(Value::text)
            .unwrap_or_default();
        if !defined.contains(source) {
            return Err(undefined(kind, name, source).at(&mount.place));
        }
    }
    Ok(())
}

fn undefined(kind: &'static str, service: &str, name: &str) -> Problem {
    Problem::Undefined {
        kind,
        service: shown(service),
        name: shown(name),
        disabled: false,
    }
}

fn health(name: &str, service: &Value) -> Result<(), ComposeError> {
    let test = service
        .get("healthcheck")
        .and_then(|check| check.get("test"));
    let first = test.and_then(Value::list).and_then(<[Value]>::first);
    match first.and_then(Value::text) {
        None | Some("CMD" | "CMD-SHELL" | "NONE") => Ok(()),
        Some(_) => {
            let field = format!("services.{}.healthcheck.test", shown(name));
            let what = "must begin with CMD, CMD-SHELL or NONE".to_owned();
            Err(Problem::Conflict { field, what }.at(&service.place))
        }
    }
}

fn dependencies(name: &str, service: &Value, services: &Services<'_>) -> Result<(), ComposeError> {
    for (other, dependency) in of_service(service) {
        let disabled = services.disabled.contains(other.as_str());
        if services.active.contains_key(other.as_str()) || (disabled && !dependency.required) {
            continue;
        }
        let problem = Problem::Undefined {
            kind: "service",
            service: shown(name),
            name: shown(&other),
            disabled,
        };
        return Err(problem.at(&dependency.place));
    }
    Ok(())
}

fn scale(name: &str, service: &Value) -> Result<(), ComposeError> {
    let number = |value: Option<&Value>| match value.map(|value| &value.node) {
        Some(Node::Plain(Plain::Int(number))) => Some(*number),
        _ => None,
    };
    let scale = number(service.get("scale"));
    let deploy = service.get("deploy");
    let replicas = number(deploy.and_then(|deploy| deploy.get("replicas")));
    let what = match (scale, replicas) {
        (Some(scale), Some(replicas)) if scale != replicas => {
            "scale and deploy.replicas differ".to_owned()
        }
        (Some(count), _) | (None, Some(count))
            if count > 1 && filled(service, "container_name").is_some() =>
        {
            "a service with a container_name runs once".to_owned()
        }
        _ => return Ok(()),
    };
    Err(Problem::Invalid(format!("services.{}: {what}", shown(name))).at(&service.place))
}

fn watch(name: &str, service: &Value) -> Result<(), ComposeError> {
    let rules = service
        .get("develop")
        .and_then(|develop| develop.get("watch"));
    for rule in rules.and_then(Value::list).into_iter().flatten() {
        let action = rule.get("action").and_then(Value::text);
        let needs_target = !matches!(action, Some("rebuild" | "restart") | None);
        if needs_target && filled(rule, "target").is_none() {
            let what = format!("services.{}.develop.watch needs a target", shown(name));
            return Err(Problem::Invalid(what).at(&rule.place));
        }
    }
    Ok(())
}

/// Fails where services wait for each other.
fn circles(services: &Services<'_>) -> Result<(), ComposeError> {
    let graph: BTreeMap<&str, BTreeMap<String, Dependency>> = services
        .active
        .iter()
        .map(|(name, service)| (*name, of_service(service)))
        .collect();
    let mut done: BTreeSet<&str> = BTreeSet::new();
    for start in graph.keys() {
        let mut trail: Vec<(&str, Vec<&str>)> = vec![(start, children(&graph, start))];
        while let Some((name, next)) = trail.last_mut() {
            let name = *name;
            let Some(child) = next.pop() else {
                done.insert(name);
                trail.pop();
                continue;
            };
            if let Some(at) = trail.iter().position(|(name, _)| *name == child) {
                let circle = trail.iter().skip(at).map(|(name, _)| *name);
                let circle = circle.chain([child]).map(shown).collect();
                let place = services.active.get(child).map(|service| &service.place);
                let problem = Problem::DependsCycle(circle);
                return Err(match place {
                    Some(place) => problem.at(place),
                    None => problem.into(),
                });
            }
            if !done.contains(child) {
                trail.push((child, children(&graph, child)));
            }
        }
    }
    Ok(())
}

fn children<'a>(
    graph: &'a BTreeMap<&str, BTreeMap<String, Dependency>>,
    name: &str,
) -> Vec<&'a str> {
    let below = graph.get(name).into_iter().flat_map(BTreeMap::keys);
    below.rev().map(String::as_str).collect()
}
