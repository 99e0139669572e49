//! The step machine: a request and answers about files → a project.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::discover::{self, Chosen, normal_name};
use super::error::{Problem, shown};
use super::file_path::{clean, folder_of, join, name_of};
use super::files::{Files, Found, Stop};
use super::interpolate::{Noticed, interpolate};
use super::load::Load;
use super::model::{Reader, text_of};
use super::project::Project;
use super::request::Request;
use super::scope::Scope;
use super::select::{self, Services};
use super::tree_path::TreePath;
use super::validate::section;
use super::value::{Node, Plain, Value};
use super::variable::{Environment, Origin};
use super::{ComposeError, Place, consistency, env_files, label_files};

/// Resolves one compose project; it asks for files and never reads any.
///
/// ```text
/// new(request) ─► step ─► Needs(path) ─► answer(path, found) ─► step ─► … ─► Done(project)
/// ```
#[derive(Debug)]
pub struct Loader {
    /// The folder that relative paths of the request start from; absolute.
    folder: String,
    request: Request,
    load: Load,
}

/// What a step came to.
#[derive(Debug)]
pub enum Step {
    /// The project.
    Done(Box<Project>),
    /// What stands at this path, relative to the root, must be answered before the next step.
    Needs(String),
}

impl Loader {
    /// Begins with a request; `root` is the folder that no path may leave, `folder` the one that
    /// the command runs in. Both are absolute.
    pub fn new(root: &str, folder: &str, request: Request) -> Self {
        let files = Files::below(root);
        Self {
            folder: clean(folder),
            request,
            load: Load::new(files),
        }
    }

    /// Says what stands at a path that was asked for.
    pub fn answer(&mut self, path: &str, found: Found) {
        self.load.files.learn(path, found);
    }

    /// Goes on until the project is there or something must be known first.
    ///
    /// Fails when the project cannot be read; compose would refuse it too, except for paths
    /// outside the root and for what needs a network.
    pub fn step(&mut self) -> Result<Step, ComposeError> {
        match self.project() {
            Ok(project) => Ok(Step::Done(Box::new(project))),
            Err(Stop::Needs(path)) => Ok(Step::Needs(path)),
            Err(Stop::Failed(error)) => Err(self.load.files.show(*error)),
        }
    }

    fn project(&mut self) -> Result<Project, Stop> {
        let setting = self.setting()?;
        let name = self.name(&setting)?;
        let mut environment = setting.environment;
        environment.set("COMPOSE_PROJECT_NAME", &name, Origin::Project);
        let scope = Scope {
            working_dir: setting.working_dir.clone(),
            files_dir: setting.working_dir.clone(),
            environment: Arc::new(environment),
        };
        let files = setting.chosen.files.iter().cloned();
        let files: Vec<(String, Option<Place>)> = files.map(|path| (path, None)).collect();
        let top = self.load.project(&files, &scope, &[])?;
        if name.is_empty() {
            return Err(Problem::ProjectName(name).into());
        }
        self.load.warnings.extend(setting.chosen.warnings);
        let profiles = self.profiles(&scope.environment);
        let active = self.activate(&top, &profiles)?;
        label_files::check(&mut self.load.files, &active.services)?;
        let reader = Reader {
            root: self.load.files.root(),
            project_name: &name,
            environment: &scope.environment,
        };
        let read = |services: &Services<'_>| {
            let each = services.iter();
            each.map(|(name, value)| ((*name).to_owned(), reader.service(name, value)))
                .collect()
        };
        let models = section(&top, "models");
        let models = models.filter_map(|(name, model)| {
            Some((name.clone(), model.get("model").and_then(text_of)?))
        });
        let relative = |path: &String| self.load.files.relative(path, None);
        Ok(Project {
            working_dir: relative(&setting.working_dir)?,
            files: setting
                .chosen
                .files
                .iter()
                .map(relative)
                .collect::<Result<_, _>>()?,
            env_files: setting
                .env_files
                .iter()
                .map(relative)
                .collect::<Result<_, _>>()?,
            inputs: self.load.files.used(),
            profiles: named(active.profiles),
            asked_services: self.request.services.clone(),
            services: read(&active.services),
            disabled_services: read(&active.disabled),
            models: models.collect(),
            warnings: self.load.warnings.iter().cloned().collect(),
            structural: self
                .load
                .structural
                .iter()
                .map(|used| (**used).clone())
                .collect(),
            name,
        })
    }

    /// Finds the files, the folder and the variables of the project.
    fn setting(&mut self) -> Result<Setting, Stop> {
        let mut environment = Environment::of_process(&self.request.environment);
        environment.set("PWD", &self.folder, Origin::Project);
        let mut env_files = self.asked_env_files(&environment);
        let first = discover::start(&self.folder, &self.request);
        self.add_env_files(&mut environment, &env_files, &first)?;
        if env_files.is_empty() {
            env_files = self.redirected(&mut environment);
            self.add_env_files(&mut environment, &env_files, &first)?;
        }
        let chosen = discover::files(&self.load.files, &self.folder, &self.request, &environment)?;
        let working_dir = match (&self.request.project_directory, chosen.files.first()) {
            (None, Some(file)) => folder_of(file).to_owned(),
            _ => first.clone(),
        };
        self.load.files.relative(&working_dir, None)?;
        if working_dir != first && env_files.is_empty() {
            self.add_env_files(&mut environment, &[], &working_dir)?;
        }
        Ok(Setting {
            chosen,
            working_dir,
            environment,
            env_files,
        })
    }

    /// Environment files of the command line, else of the environment.
    fn asked_env_files(&self, environment: &Environment) -> Vec<String> {
        let asked = match environment.get("COMPOSE_ENV_FILES") {
            _ if !self.request.env_files.is_empty() => self.request.env_files.clone(),
            Some(files) => list(files),
            None => Vec::new(),
        };
        asked.iter().map(|path| join(&self.folder, path)).collect()
    }

    /// Environment files that `.env` names in its own place; of `.env` itself, only what steers
    /// compose is kept then.
    fn redirected(&self, environment: &mut Environment) -> Vec<String> {
        let Some(files) = environment.get("COMPOSE_ENV_FILES") else {
            return Vec::new();
        };
        let paths = list(files);
        let files = paths.iter().map(|path| join(&self.folder, path)).collect();
        environment.keep_of_files(|name| name.starts_with("COMPOSE_"));
        files
    }

    /// Adds the given environment files, or `.env` of a folder where there is one.
    fn add_env_files(
        &mut self,
        environment: &mut Environment,
        paths: &[String],
        folder: &str,
    ) -> Result<(), Stop> {
        let mut paths: Vec<(String, Option<Place>)> =
            paths.iter().map(|path| (path.clone(), None)).collect();
        if paths.is_empty() && !is_true(environment.get("COMPOSE_DISABLE_ENV_FILE")) {
            let path = join(folder, ".env");
            if matches!(self.load.files.look(&path, None)?, Found::File(_)) {
                paths.push((path, None));
            }
        }
        let set = env_files::read(&mut self.load.files, &paths, environment)?;
        environment.add(set);
        Ok(())
    }

    /// The project's name: asked for, of the environment, of the files, or of the folder.
    fn name(&mut self, setting: &Setting) -> Result<String, Stop> {
        let from_environment = setting.environment.get("COMPOSE_PROJECT_NAME");
        let asked = self
            .request
            .project_name
            .as_deref()
            .filter(|name| !name.is_empty());
        let asked = asked.or_else(|| from_environment.filter(|name| !name.is_empty()));
        if let Some(name) = asked {
            if normal_name(name) != name {
                return Err(Problem::ProjectName(shown(name)).into());
            }
            return Ok(name.to_owned());
        }
        let mut written = None;
        let mut is_named = false;
        for path in &setting.chosen.files {
            let documents = match self.load.files.documents(path, None) {
                Ok(documents) => documents,
                // What is wrong with the file is told when it is loaded.
                Err(Stop::Failed(_)) => continue,
                Err(needs @ Stop::Needs(_)) => return Err(needs),
            };
            for (at, document) in documents.iter().enumerate() {
                let name = document.value.get("name").cloned().filter(is_name);
                is_named |= at == 0 && name.is_some();
                written = name.or(written);
            }
        }
        let name = match written {
            Some(value) => {
                let path = TreePath::of("name");
                let noticed = &mut Noticed::default();
                let value = interpolate(value, &path, &setting.environment, noticed)?;
                normal_name(&value.printed())
            }
            None => String::new(),
        };
        // The folder's name stands in where the files say nothing, not where what they say comes
        // to nothing; and for that, only the first document of a file is asked.
        if name.is_empty() && !is_named {
            return Ok(normal_name(name_of(&setting.working_dir)));
        }
        Ok(name)
    }

    /// The active profiles. Where none is asked for, the one without a name is among them: compose
    /// splits an empty text too, so that `profiles: ["${OFF:-}"]` is on until the variable is set.
    fn profiles(&self, environment: &Environment) -> Vec<String> {
        if !self.request.profiles.is_empty() {
            return self.request.profiles.clone();
        }
        let profiles = environment.get("COMPOSE_PROFILES").unwrap_or_default();
        let profiles = profiles.split(',').map(str::trim);
        profiles.map(str::to_owned).collect()
    }

    /// Splits the services and checks those that are active.
    fn activate<'a>(
        &self,
        top: &'a Value,
        profiles: &[String],
    ) -> Result<Active<'a>, ComposeError> {
        let all: Services<'a> = section(top, "services")
            .map(|(name, service)| (name.as_str(), service))
            .collect();
        let (services, disabled) = select::by_profile(&all, profiles);
        consistency::check(
            top,
            &consistency::Services {
                active: services.clone(),
                disabled: disabled.keys().copied().collect(),
            },
        )?;
        let asked = &self.request.services;
        if asked.is_empty() {
            return Ok(Active {
                services,
                disabled,
                profiles: profiles.to_vec(),
            });
        }
        let profiles = select::profiles_of(asked, &disabled, profiles);
        let (services, _) = select::by_profile(&all, &profiles);
        let wanted: BTreeSet<&str> = select::with_dependencies(asked, &services)?;
        let (services, disabled) = all.into_iter().partition(|(name, _)| wanted.contains(name));
        Ok(Active {
            services,
            disabled,
            profiles,
        })
    }
}

struct Setting {
    chosen: Chosen,
    working_dir: String,
    environment: Environment,
    /// Environment files that stand in place of `.env`; absolute.
    env_files: Vec<String>,
}

struct Active<'a> {
    services: Services<'a>,
    disabled: Services<'a>,
    profiles: Vec<String>,
}

/// Leaves out the profile without a name, which nobody has to ask for.
fn named(mut profiles: Vec<String>) -> Vec<String> {
    profiles.retain(|profile| !profile.is_empty());
    profiles
}

/// Splits at commas; blanks around an entry and empty entries go.
fn list(text: &str) -> Vec<String> {
    let entries = text.split(',').map(str::trim);
    entries
        .filter(|entry| !entry.is_empty())
        .map(str::to_owned)
        .collect()
}

fn is_true(value: Option<&str>) -> bool {
    value.is_some_and(|value| matches!(value, "1" | "t" | "T" | "true" | "TRUE" | "True"))
}

/// Tells whether a value can be a project's name: a scalar with some text.
fn is_name(value: &Value) -> bool {
    !matches!(
        value.node,
        Node::Plain(Plain::Null) | Node::List(_) | Node::Map(_)
    ) && !value.printed().is_empty()
}
