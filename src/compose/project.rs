//! A compose project as far as images go.

use std::collections::BTreeMap;

use super::error::{CHOICE, UNSET, VERSION};
use super::{Place, Variable};
use crate::diagnostic::Code;
use crate::run;

/// A compose project: its services and everything that decides which images they need.
///
/// Paths are relative to the root; `.` is the root itself.
#[derive(Clone, Debug)]
pub struct Project {
    /// The project's name.
    pub name: String,
    /// The folder that relative paths of the compose files start from.
    pub working_dir: String,
    /// The compose files in the order in which they are merged; what they include or extend is
    /// not listed here.
    pub files: Vec<String>,
    /// Environment files that were given with `--env-file` or `COMPOSE_ENV_FILES`.
    pub env_files: Vec<String>,
    /// Every file that took part: compose files, includes, extended files, environment files.
    pub inputs: Vec<String>,
    /// Active profiles: those asked for, and those of services that were asked for by name.
    pub profiles: Vec<String>,
    /// Services that were asked for by name; none for all.
    pub asked_services: Vec<String>,
    /// Active services.
    pub services: BTreeMap<String, Service>,
    /// Services whose profile is off, or that were not asked for.
    pub disabled_services: BTreeMap<String, Service>,
    /// Models, by name.
    pub models: BTreeMap<String, Text>,
    /// What is allowed and still worth a word.
    pub warnings: Vec<Warning>,
    /// Variables that decided which files and services take part.
    pub structural: Vec<Variable>,
}

/// A text of the project, with its place and the variables that decided it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text {
    /// The text, its variables replaced.
    pub text: String,
    /// Where it stands.
    pub place: Place,
    /// The variables that were looked up to make it.
    pub variables: Vec<Variable>,
}

/// A service.
#[derive(Clone, Debug)]
pub struct Service {
    /// Its name.
    pub name: String,
    /// Where it stands; for a merged service, in the last file that says something of it.
    pub place: Place,
    /// `image` as written; may be empty, and may be no valid reference.
    pub image: Option<Text>,
    /// What the service runs: its `image`, else the name that compose gives to its build.
    pub default_image: String,
    /// `platform`.
    pub platform: Option<Text>,
    /// `pull_policy`; `if_not_present` is written `missing`.
    pub pull_policy: Option<Text>,
    /// `build`.
    pub build: Option<Build>,
    /// Sources of volumes of type `image`: a reference, or the name of a service.
    pub image_volumes: Vec<Text>,
    /// Images of the hooks that run before the service; without one of its own, a hook runs in
    /// the service's.
    pub pre_start_images: Vec<Text>,
    /// Names of the models that it uses.
    pub models: Vec<String>,
    /// Whether something else than a container provides it, so that it needs no image.
    pub provider: bool,
    /// Profiles that activate it; none means always active.
    pub profiles: Vec<Text>,
}

/// How a service's image is built.
#[derive(Clone, Debug)]
pub struct Build {
    /// Where `build` stands.
    pub place: Place,
    /// The folder or address that is built.
    pub context: Context,
    /// The variables that decided the context.
    pub context_variables: Vec<Variable>,
    /// The Dockerfile, relative to the context; none where the text is inline. Written and
    /// empty, it means `Dockerfile`.
    pub dockerfile: Option<Text>,
    /// The text of the Dockerfile, where it stands in the compose file.
    pub dockerfile_inline: Option<Text>,
    /// Build arguments, those without a value left out.
    pub args: BTreeMap<String, Text>,
    /// The stage that is built; none for the last.
    pub target: Option<Text>,
    /// Platforms that are built.
    pub platforms: Vec<Text>,
    /// Further contexts, by name.
    pub additional_contexts: BTreeMap<String, (Context, Text)>,
    /// Images that may serve as a cache.
    pub cache_from: Vec<Text>,
}

/// Where a build finds its files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Context {
    /// A folder, relative to the root.
    Folder(String),
    /// A path outside the root.
    Outside(String),
    /// An address or an image: it is not a folder of the project.
    Remote(String),
    /// The image of another service.
    Service(String),
}

/// Something that is allowed and still worth a word.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Warning {
    /// The stable code.
    pub code: Code,
    /// The sentence.
    pub text: String,
    /// Where, if one place is meant.
    pub place: Option<Place>,
}

impl Project {
    /// Finds a service by name, active or not.
    pub fn service(&self, name: &str) -> Option<&Service> {
        let active = self.services.get(name);
        active.or_else(|| self.disabled_services.get(name))
    }
}

impl Service {
    /// Tells whether its image is what its build gives: it has one, and its `pull_policy` does not
    /// ask for the image to be pulled instead (compose specification, `pull_policy`).
    pub fn is_built(&self) -> bool {
        let has_image = self
            .image
            .as_ref()
            .is_some_and(|image| !image.text.is_empty());
        let policy = self
            .pull_policy
            .as_ref()
            .map_or("", |policy| policy.text.as_str());
        let is_pulled = matches!(
            policy,
            "always" | "missing" | "refresh" | "daily" | "weekly"
        ) || policy.starts_with("every_");
        self.build.is_some() && !(has_image && is_pulled)
    }
}

impl Warning {
    /// A variable has no value and became nothing.
    pub(crate) fn unset(name: &str, place: Place) -> Self {
        Self {
            code: UNSET,
            text: format!("the variable {name} is not set and stands for nothing here"),
            place: Some(place),
        }
    }

    /// `version` has no meaning any more.
    pub(crate) fn version(place: Place) -> Self {
        Self {
            code: VERSION,
            text: "version has no effect and can be removed".to_owned(),
            place: Some(place),
        }
    }

    /// Discovery had a choice.
    pub(crate) fn chosen(chosen: &str, others: &[String]) -> Self {
        Self {
            code: CHOICE,
            text: format!("{chosen} is used; {} is not", others.join(", ")),
            place: None,
        }
    }

    /// Tells the warning the way operations tell theirs.
    pub fn told(&self) -> run::Warning {
        let place = self.place.as_ref();
        run::Warning {
            code: self.code,
            message: place.map_or_else(
                || self.text.clone(),
                |place| format!("{place}: {}", self.text),
            ),
            help: None,
            label: None,
        }
    }
}

impl Context {
    /// Writes the context the way a compose file would: a path relative to the root, an address.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Folder(path) | Self::Outside(path) | Self::Remote(path) | Self::Service(path) => {
                path
            }
        }
    }
}
