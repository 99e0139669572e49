//! `airlock cache status`: how much there is.

use clap::Args;
use serde::Serialize;

use super::arguments::{Amount, text};
use crate::cli::context::{Context, Outcome};
use crate::cli::exit::ExitStatus;
use crate::cli::folders::CacheFlag;
use crate::store::{Cache, CacheNumbers};

/// Arguments of `airlock cache status`.
#[derive(Args, Debug)]
pub(crate) struct StatusArguments {
    #[command(flatten)]
    cache: CacheFlag,
}

#[derive(Serialize)]
struct Report {
    schema: &'static str,
    folder: String,
    #[serde(flatten)]
    amount: Amount,
}

impl StatusArguments {
    /// Counts; a cache that is not there yet is empty, and a look makes none.
    pub(crate) fn run(&self, context: &Context) -> Outcome {
        let folder = self.cache.folder(context.environment())?;
        let numbers = if folder.exists() {
            Cache::open(&folder)?.numbers()?
        } else {
            CacheNumbers::default()
        };
        let folder = folder.display().to_string();
        if context.output().is_json() {
            context.output().data(&Report {
                schema: "airlock.cache-status/1",
                folder,
                amount: numbers.into(),
            })?;
        } else {
            let line = format!("{} in {folder}\n", text(numbers));
            context.output().say(&line);
        }
        Ok(ExitStatus::Done)
    }
}
