//! Which variables of the environment decided images, builds, platforms and profiles.

use std::collections::BTreeMap;

use super::BuildAnswer;
use crate::compose::{Build, Origin, Project, Service, Text, Variable};

/// Variables of the environment by name. What an environment file of the project sets is not
/// among them: the file is read again, like every other file of the project.
#[derive(Debug, Default)]
pub(super) struct Deciding(BTreeMap<String, String>);

impl Deciding {
    /// Begins with the variables that decided which files and services take part, and those in
    /// the profiles of every service, active or not.
    pub(super) fn of_project(project: &Project) -> Self {
        let mut deciding = Self::default();
        deciding.add(&project.structural);
        let services = project.services.values();
        for service in services.chain(project.disabled_services.values()) {
            deciding.texts(&service.profiles);
        }
        deciding
    }

    pub(super) fn add(&mut self, variables: &[Variable]) {
        for variable in variables {
            if let (Some(value), Some(Origin::Process)) = (&variable.value, &variable.origin) {
                self.0.insert(variable.name.clone(), value.clone());
            }
        }
    }

    pub(super) fn texts<'a>(&mut self, texts: impl IntoIterator<Item = &'a Text>) {
        for text in texts {
            self.add(&text.variables);
        }
    }

    /// Adds what decided what a service runs and on which platform.
    pub(super) fn service(&mut self, service: &Service) {
        let texts = [&service.image, &service.platform, &service.pull_policy];
        self.texts(texts.into_iter().flatten());
    }

    /// Adds what decided a build; of its arguments, those that decided an image or a platform.
    pub(super) fn build(&mut self, build: &Build, answer: &BuildAnswer) {
        self.add(&build.context_variables);
        let texts = [&build.dockerfile, &build.dockerfile_inline, &build.target];
        self.texts(texts.into_iter().flatten());
        self.texts(&build.platforms);
        self.texts(build.additional_contexts.values().map(|(_, text)| text));
        if let BuildAnswer::Built(built) = answer {
            let names = built.iter().flat_map(|built| &built.deciding_args);
            self.texts(names.filter_map(|name| build.args.get(name)));
        }
    }

    pub(super) fn into_map(self) -> BTreeMap<String, String> {
        self.0
    }
}
