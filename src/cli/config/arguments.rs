//! The arguments of `airlock config`, and its run.

use std::path::PathBuf;

use clap::Args;
use serde::Serialize;

use super::row::{Row, text};
use super::{rows, variables};
use crate::cli::context::{Context, Outcome};
use crate::cli::exit::ExitStatus;
use crate::cli::folders::{CurrentFolder, StoreFlag};
use crate::config::Owner;
use crate::inputs::Root;
use crate::ops::project::{REPOSITORY_FILE, repository};

/// Arguments of `airlock config`.
#[derive(Args, Debug)]
pub(crate) struct ConfigArguments {
    #[command(flatten)]
    store: StoreFlag,
    /// The folder of airlock.toml [default: this folder]
    #[arg(long, value_name = "DIR")]
    root: Option<PathBuf>,
}

#[derive(Serialize)]
struct Report {
    schema: &'static str,
    settings: Vec<Row>,
}

impl ConfigArguments {
    /// Shows each setting; a file that a command would refuse is refused here too.
    pub(crate) fn run(&self, context: &Context) -> Outcome {
        let settings = self.settings(context)?;
        if context.output().is_json() {
            context.output().data(&Report {
                schema: "airlock.config/1",
                settings,
            })?;
        } else {
            context.output().say(&text(&settings));
        }
        Ok(ExitStatus::Done)
    }

    fn settings(&self, context: &Context) -> Result<Vec<Row>, crate::diagnostic::Failure> {
        let environment = context.environment();
        let here = CurrentFolder::find()?;
        let root = here.join(self.root.as_deref().unwrap_or(&here));
        let root = Root::open(&root, &here)?;
        // Read as `lock` reads it: a file that leads out of the root is refused.
        repository(&root)?;
        let mut settings = rows::folders(environment, &self.store);
        settings.extend(variables::rows(environment));
        let project = root.path().join(REPOSITORY_FILE);
        settings.extend(rows::of_file(environment, Owner::Project, &project)?);
        if let Some(folder) = environment.config_folder() {
            let station = folder.join("config.toml");
            settings.extend(rows::of_file(environment, Owner::Station, &station)?);
        }
        if let Ok(store) = self.store.folder(environment) {
            let site = store.join("airlock").join("site.toml");
            settings.extend(rows::of_file(environment, Owner::Site, &site)?);
        }
        Ok(settings)
    }
}
