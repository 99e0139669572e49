//! `airlock init`: write `airlock.toml`.

use std::path::Path;

use clap::Args;
use lock_format::Platform;
use serde::Serialize;

use super::context::{Context, Outcome};
use super::exit::ExitStatus;
use super::folders::CurrentFolder;
use crate::inputs::Root;
use crate::ops::project::{Defaults, Initial, REPOSITORY_FILE, initial};
use crate::report::counted;
use crate::store::{Existing, publish_file};

/// Arguments of `airlock init`.
#[derive(Args, Debug)]
pub(crate) struct InitArguments {}

#[derive(Serialize)]
struct Report {
    schema: &'static str,
    file: &'static str,
    /// Files below this folder that stand in comments alone.
    left_out: usize,
}

fn text(initial: &Initial) -> String {
    let mut text = String::new();
    if initial.left_out > 0 {
        let files = counted(initial.left_out, "further source");
        text = format!("{files} below this folder: in comments\n");
    }
    text + &format!("{REPOSITORY_FILE} written: look at it, then run airlock lock\n")
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
        let initial = initial(&root, &defaults, context.run())?;
        let path = Path::new(REPOSITORY_FILE);
        publish_file(path, initial.text.as_bytes(), 0o644, Existing::Refuse)?;
        if context.output().is_json() {
            context.output().data(&Report {
                schema: "airlock.init/1",
                file: REPOSITORY_FILE,
                left_out: initial.left_out,
            })?;
        } else {
            context.output().say(&text(&initial));
        }
        Ok(ExitStatus::Done)
    }
}
