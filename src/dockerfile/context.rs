//! Named contexts: what `--build-context NAME=VALUE` puts in the place of stages and images.

use std::collections::BTreeMap;

use lock_format::{Platform, Reference, ReferenceError};

use super::remote::is_git;

/// Tells why a named context cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ContextProblem {
    /// The name of a stage, taken for the name of a context, is none.
    #[error(
        "`{name}` names a stage and is looked up as the name of a context, which it cannot be: {error}"
    )]
    Name {
        /// The name.
        name: String,
        /// Why it is none.
        error: ReferenceError,
    },
    /// The value names no kind of source.
    #[error("the context `{name}` has the value `{value}`, which does not say what it is")]
    NoKind {
        /// The context.
        name: String,
        /// Its value.
        value: String,
    },
    /// The value names a kind that is unknown.
    #[error("the context `{name}` is of the kind `{kind}`, which does not exist")]
    UnknownKind {
        /// The context.
        name: String,
        /// The kind.
        kind: String,
    },
    /// The value names an input of a build that another build calls; this one is called by none.
    #[error("the context `{name}` stands for the input `{input}`, which nobody gives")]
    Input {
        /// The context.
        name: String,
        /// The input.
        input: String,
    },
    /// The image of a context is no reference.
    #[error("the context `{name}` names an image that is none: {error}")]
    Reference {
        /// The context.
        name: String,
        /// Why it is none.
        error: ReferenceError,
    },
    /// The image layout of a context is not named by a digest.
    #[error("the context `{name}` is an image layout, but `{value}` has no name with a digest")]
    Layout {
        /// The context.
        name: String,
        /// Its value.
        value: String,
    },
    /// The repository of a context is none.
    #[error("the context `{name}` has the value `{value}`, which is no git repository")]
    Git {
        /// The context.
        name: String,
        /// Its value.
        value: String,
    },
}

/// A context that was found by its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Context {
    /// The short name that was looked up.
    name: String,
    value: String,
}

/// What a context stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Loaded {
    /// Files, or nothing: no image.
    Files,
    /// An image.
    Image(Reference),
}

/// Looks a stage's or image's name up (`Client.NamedContext` of BuildKit).
///
/// The key is the short name without `:latest`, alone or followed by `::` and the platform.
pub(super) fn find(
    contexts: &BTreeMap<String, String>,
    name: &str,
    platform: &Platform,
) -> Result<Option<Context>, ContextProblem> {
    if name.eq_ignore_ascii_case("scratch") || name.eq_ignore_ascii_case("context") {
        return Ok(None);
    }
    let reference = Reference::parse(name).map_err(|error| ContextProblem::Name {
        name: name.to_owned(),
        error,
    })?;
    let short = reference.familiar();
    let short = short.strip_suffix(":latest").unwrap_or(&short);
    let value = contexts
        .get(&format!("{short}::{platform}"))
        .or_else(|| contexts.get(short));
    Ok(value.map(|value| Context {
        name: short.to_owned(),
        value: value.clone(),
    }))
}

impl Context {
    /// Tells what it stands for (`NamedContext.Load` of BuildKit).
    pub(super) fn load(&self) -> Result<Loaded, ContextProblem> {
        let name = || self.name.clone();
        let value = || self.value.clone();
        let Some((kind, rest)) = self.value.split_once(':') else {
            return Err(ContextProblem::NoKind {
                name: name(),
                value: value(),
            });
        };
        let target = rest.strip_prefix("//").unwrap_or(rest);
        match kind {
            "docker-image" if target == "scratch" => Ok(Loaded::Files),
            "docker-image" => match Reference::parse(target) {
                Ok(reference) => Ok(Loaded::Image(reference)),
                Err(error) => Err(ContextProblem::Reference {
                    name: name(),
                    error,
                }),
            },
            "oci-layout" => self.layout(target),
            "http" | "https" | "local" => Ok(Loaded::Files),
            kind if kind == "git" || kind.starts_with("git@") => {
                if is_git(&self.value) {
                    Ok(Loaded::Files)
                } else {
                    Err(ContextProblem::Git {
                        name: name(),
                        value: value(),
                    })
                }
            }
            "input" => Err(ContextProblem::Input {
                name: name(),
                input: rest.to_owned(),
            }),
            kind => Err(ContextProblem::UnknownKind {
                name: name(),
                kind: kind.to_owned(),
            }),
        }
    }

    /// An image of a layout is asked for under the context's name, with the layout's digest.
    fn layout(&self, target: &str) -> Result<Loaded, ContextProblem> {
        let wrong = || ContextProblem::Layout {
            name: self.name.clone(),
            value: self.value.clone(),
        };
        Reference::parse(target).map_err(|_| wrong())?;
        let (_, digest) = target.split_once('@').ok_or_else(wrong)?;
        let name = format!(
            "{}@{digest}",
            self.name.split('@').next().unwrap_or_default()
        );
        Reference::parse(&name)
            .map(Loaded::Image)
            .map_err(|_| wrong())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn contexts(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
        pairs
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect()
    }

    #[test]
    fn the_key_is_the_short_name_without_latest() {
        let amd64: Platform = "linux/amd64".parse().unwrap();
        for (key, name, found) in [
            ("alpine", "alpine", true),
            ("alpine", "alpine:latest", true),
            ("alpine", "docker.io/library/alpine:latest", true),
            ("alpine:latest", "alpine", false),
            ("alpine:3", "docker.io/library/alpine:3", true),
            ("alpine", "alpine:3", false),
            ("ghcr.io/a/b:1", "ghcr.io/a/b:1", true),
            ("a/b", "docker.io/a/b:latest", true),
            ("alpine::linux/amd64", "alpine", true),
            ("alpine::linux/arm64", "alpine", false),
            ("scratch", "scratch", false),
            ("context", "CONTEXT", false),
        ] {
            let contexts = contexts(&[(key, "local:x")]);
            let context = find(&contexts, name, &amd64).unwrap();
            assert_eq!(context.is_some(), found, "{key} {name}");
        }
    }

    #[test]
    fn a_stage_name_that_is_no_reference_is_refused_even_without_contexts() {
        let amd64: Platform = "linux/amd64".parse().unwrap();
        assert!(find(&BTreeMap::new(), "build-", &amd64).is_err());
    }

    #[test]
    fn values_say_what_they_are() {
        let digest = format!("sha256:{}", "3".repeat(64));
        for (value, expected) in [
            (
                "docker-image://a/b".to_owned(),
                Some("docker.io/a/b:latest".to_owned()),
            ),
            (
                "docker-image:alpine:3".to_owned(),
                Some("docker.io/library/alpine:3".to_owned()),
            ),
            (
                format!("oci-layout://st@{digest}"),
                Some(format!("docker.io/library/base@{digest}")),
            ),
            ("docker-image://scratch".to_owned(), Some(String::new())),
            ("local:base".to_owned(), Some(String::new())),
            ("https://example.test/x.tar".to_owned(), Some(String::new())),
            ("git@example.test:a/b.git".to_owned(), Some(String::new())),
            ("oci-layout://st:tag".to_owned(), None),
            ("docker-image://Bad Image".to_owned(), None),
            ("input:x".to_owned(), None),
            ("folder".to_owned(), None),
        ] {
            let context = Context {
                name: "base".to_owned(),
                value: value.clone(),
            };
            let loaded = context.load().ok().map(|loaded| match loaded {
                Loaded::Files => String::new(),
                Loaded::Image(reference) => reference.to_string(),
            });
            assert_eq!(loaded, expected, "{value}");
        }
    }
}
