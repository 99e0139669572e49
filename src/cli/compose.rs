//! The flags that name a compose project, shared by the commands that read one.

use std::path::{Path, PathBuf};

use clap::{ArgGroup, Args};

use super::check::Words;
use super::environment::Environment;
use crate::compose::Request;

/// The group that the other flags need one of.
const PROJECT: &str = "compose_project";

/// A compose project, and what is active in it.
#[derive(Args, Clone, Debug)]
#[command(group = ArgGroup::new(PROJECT).args(["compose", "compose_file"]))]
pub(crate) struct ComposeFlags {
    /// The compose project of this folder, or of the next one above it that has one
    #[arg(long)]
    compose: bool,
    /// A compose file; repeats, and together they are one project
    #[arg(long, value_name = "FILE")]
    compose_file: Vec<PathBuf>,
    /// An environment file of the compose project, in place of `.env`; repeats
    #[arg(long, value_name = "FILE", requires = PROJECT)]
    env_file: Vec<PathBuf>,
    /// A profile to activate; '*' activates all; repeats
    #[arg(long, value_name = "NAME", requires = PROJECT)]
    profile: Vec<String>,
    /// A service to take, with those it depends on; repeats [default: all that are active]
    #[arg(long, value_name = "NAME", requires = PROJECT)]
    service: Vec<String>,
    /// The folder that relative paths of the compose files start from [default: that of the first file]
    #[arg(long, value_name = "DIR", requires = PROJECT)]
    project_directory: Option<PathBuf>,
    /// The name of the compose project
    #[arg(long, value_name = "NAME", requires = PROJECT)]
    project_name: Option<String>,
}

impl ComposeFlags {
    /// Returns the project that is asked for; none where no flag asks for one.
    pub(crate) fn request(&self, environment: &Environment) -> Option<Request> {
        if !self.compose && self.compose_file.is_empty() {
            return None;
        }
        Some(Request {
            files: texts(&self.compose_file),
            env_files: texts(&self.env_file),
            project_directory: self.project_directory.as_deref().map(text),
            project_name: self.project_name.clone(),
            profiles: self.profile.clone(),
            services: self.service.clone(),
            environment: environment.to_map(),
        })
    }

    /// Adds the flags to a command, as they were given.
    pub(crate) fn add_to(&self, words: &mut Words) {
        words.switch("--compose", self.compose);
        words.flags("--compose-file", texts(&self.compose_file));
        words.flags("--env-file", texts(&self.env_file));
        words.flags("--profile", &self.profile);
        words.flags("--service", &self.service);
        words.flags(
            "--project-directory",
            self.project_directory.as_deref().map(text),
        );
        words.flags("--project-name", &self.project_name);
    }
}

fn texts(paths: &[PathBuf]) -> Vec<String> {
    paths.iter().map(|path| text(path)).collect()
}

/// A name that is not Unicode cannot be met by any file: the project then lacks it.
fn text(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}
