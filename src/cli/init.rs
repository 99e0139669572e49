//! `airlock init`: write `airlock.toml`.

use std::path::Path;

use clap::Args;
use lock_format::Platform;
use serde::Serialize;

use super::context::{Context, Outcome};
use super::exit::ExitStatus;
use super::folders::CurrentFolder;
use crate::inputs::Root;
use crate::ops::project::{Defaults, REPOSITORY_FILE, initial};
use crate::store::{Existing, publish_file};

/// Arguments of `airlock init`.
#[derive(Args, Debug)]
pub(crate) struct InitArguments {}

#[derive(Serialize)]
struct Report {
    schema: &'static str,
    file: &'static str,
}

impl InitArguments {
    /// Writes what is found in the current folder; a file that is there stays as it is.
    #[expect(clippy::unused_self, reason = "as every command")]
    pub(crate) fn run(&self, context: &Context) -> Outcome {
        let here = CurrentFolder::find()?;
        let root = Root::open(&here, &here)?;
        let defaults = Defaults {
            platforms: Vec::new(),
            build_platform: None,
            fallback: Platform::host(),
            environment: context.environment().to_map(),
        };
        let text = initial(&root, &defaults)?;
        let path = Path::new(REPOSITORY_FILE);
        publish_file(path, text.as_bytes(), 0o644, Existing::Refuse)?;
        if context.output().is_json() {
            context.output().data(&Report {
                schema: "airlock.init/1",
                file: REPOSITORY_FILE,
            })?;
        } else {
            let told = format!("{REPOSITORY_FILE} written: look at it, then run airlock lock");
            context.output().say(&told);
        }
        Ok(ExitStatus::Done)
    }
}
