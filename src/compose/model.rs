//! Merged values → a project's services.

use std::collections::BTreeMap;

use super::contexts::SERVICE;
use super::file_path::{below, is_remote_context};
use super::project::{Build, Context, Service, Text};
use super::value::{Map, Value};
use super::variable::{Environment, Variable};

/// Reads services out of a merged project.
pub(crate) struct Reader<'a> {
    pub(crate) root: &'a str,
    pub(crate) project_name: &'a str,
    pub(crate) environment: &'a Environment,
}

impl Reader<'_> {
    pub(crate) fn service(&self, name: &str, value: &Value) -> Service {
        let image = value.get("image").and_then(text_of);
        let separator = if self.is_compatible() { '_' } else { '-' };
        let default_image = match &image {
            Some(image) if !image.text.is_empty() => image.text.clone(),
            _ => format!("{}{separator}{name}", self.project_name),
        };
        Service {
            name: name.to_owned(),
            place: value.place.clone(),
            default_image,
            platform: value.get("platform").and_then(text_of).filter(is_filled),
            pull_policy: value
                .get("pull_policy")
                .and_then(text_of)
                .map(canonical_policy),
            build: value.get("build").and_then(|build| self.build(build)),
            image_volumes: image_volumes(value),
            pre_start_images: pre_start_images(value, image.as_ref()),
            models: keys(value.get("models")),
            provider: value.get("provider").is_some(),
            profiles: texts(value.get("profiles")),
            image,
        }
    }

    /// The old names of built images, asked for by a variable.
    fn is_compatible(&self) -> bool {
        let value = self.environment.get("COMPOSE_COMPATIBILITY");
        value.is_some_and(|value| matches!(value.to_lowercase().as_str(), "1" | "t" | "true"))
    }

    fn build(&self, value: &Value) -> Option<Build> {
        value.map()?;
        let context = value.get("context");
        let path = context.and_then(Value::text).unwrap_or_default();
        let inline = value.get("dockerfile_inline").and_then(text_of);
        let inline = inline.filter(is_filled);
        let dockerfile = match (value.get("dockerfile"), &inline) {
            (None, None) => Some(Text {
                text: "Dockerfile".to_owned(),
                place: value.place.clone(),
                variables: Vec::new(),
            }),
            (dockerfile, _) => dockerfile.and_then(text_of),
        };
        Some(Build {
            place: value.place.clone(),
            context: self.context(path),
            context_variables: context.map(variables_of).unwrap_or_default(),
            dockerfile,
            dockerfile_inline: inline,
            args: self.args(value.get("args")),
            target: value.get("target").and_then(text_of).filter(is_filled),
            platforms: texts(value.get("platforms")),
            additional_contexts: self.additional_contexts(value.get("additional_contexts")),
            cache_from: texts(value.get("cache_from")),
        })
    }

    fn context(&self, path: &str) -> Context {
        if let Some(service) = path.strip_prefix(SERVICE) {
            return Context::Service(service.to_owned());
        }
        if is_remote_context(path) {
            return Context::Remote(path.to_owned());
        }
        match below(self.root, path) {
            Some(path) => Context::Folder(path.to_owned()),
            None => Context::Outside(path.to_owned()),
        }
    }

    fn additional_contexts(&self, value: Option<&Value>) -> BTreeMap<String, (Context, Text)> {
        let entries = value.and_then(Value::map).into_iter().flatten();
        entries
            .map(|(name, value)| {
                let text = printed(value);
                (name.clone(), (self.context(&text.text), text))
            })
            .collect()
    }

    /// Build arguments; one without a value takes the environment's, or goes.
    fn args(&self, value: Option<&Value>) -> BTreeMap<String, Text> {
        let mut args = BTreeMap::new();
        let Some(value) = value else { return args };
        for (name, value) in value.map().into_iter().flatten() {
            if value.is_null() {
                args.extend(self.inherited(name, value));
            } else {
                args.insert(name.clone(), printed(value));
            }
        }
        for item in value.list().into_iter().flatten() {
            let text = item.printed();
            match text.split_once('=') {
                Some((name, text)) => {
                    let text = Text {
                        text: text.to_owned(),
                        ..printed(item)
                    };
                    args.insert(name.to_owned(), text);
                }
                None => args.extend(self.inherited(&text, item)),
            }
        }
        args
    }

    fn inherited(&self, name: &str, value: &Value) -> Option<(String, Text)> {
        let found = super::template::LookUp::look_up(self.environment, name);
        let text = found.value.clone()?;
        let mut variables = variables_of(value);
        variables.push((*found).clone());
        let text = Text {
            text,
            place: value.place.clone(),
            variables,
        };
        Some((name.to_owned(), text))
    }
}

fn is_filled(text: &Text) -> bool {
    !text.text.is_empty()
}

fn canonical_policy(mut policy: Text) -> Text {
    if policy.text == "if_not_present" {
        "missing".clone_into(&mut policy.text);
    }
    policy
}

pub(crate) fn text_of(value: &Value) -> Option<Text> {
    Some(Text {
        text: value.text()?.to_owned(),
        place: value.place.clone(),
        variables: variables_of(value),
    })
}

/// Any scalar, as compose prints it.
fn printed(value: &Value) -> Text {
    Text {
        text: value.printed(),
        place: value.place.clone(),
        variables: variables_of(value),
    }
}

fn variables_of(value: &Value) -> Vec<Variable> {
    value.uses.iter().map(|used| (**used).clone()).collect()
}

fn texts(value: Option<&Value>) -> Vec<Text> {
    let items = value.and_then(Value::list).into_iter().flatten();
    items.filter_map(text_of).collect()
}

fn keys(value: Option<&Value>) -> Vec<String> {
    let entries = value.and_then(Value::map).into_iter().flat_map(Map::keys);
    entries.cloned().collect()
}

fn image_volumes(service: &Value) -> Vec<Text> {
    let volumes = service.get("volumes").and_then(Value::list);
    volumes
        .into_iter()
        .flatten()
        .filter(|volume| volume.get("type").and_then(Value::text) == Some("image"))
        .map(|volume| {
            let mut source = volume.get("source").map_or_else(
                || Text {
                    text: String::new(),
                    place: volume.place.clone(),
                    variables: Vec::new(),
                },
                printed,
            );
            let kind = volume.get("type").map(variables_of);
            source.variables.extend(kind.into_iter().flatten());
            source
        })
        .collect()
}

/// A hook without an image of its own runs in that of its service.
fn pre_start_images(service: &Value, image: Option<&Text>) -> Vec<Text> {
    let hooks = service.get("pre_start").and_then(Value::list);
    hooks
        .into_iter()
        .flatten()
        .filter_map(|hook| {
            let own = hook.get("image").and_then(text_of).filter(is_filled);
            own.or_else(|| image.cloned())
        })
        .filter(is_filled)
        .collect()
}
