//! `airlock cache clean`: removes downloads.

use clap::Args;
use serde::Serialize;

use super::amounts::{bytes, seconds};
use super::arguments::{Amount, text};
use crate::cli::context::{Context, Outcome};
use crate::cli::exit::ExitStatus;
use crate::cli::folders::CacheFlag;
use crate::cli::lines::Lines;
use crate::store::{Cache, Cleaned, Keep};

/// Arguments of `airlock cache clean`.
#[derive(Args, Debug)]
pub(crate) struct CleanArguments {
    /// Remove what was not used for so long: a number and m, h, d or w, such as 30d
    #[arg(long, value_name = "AGE", value_parser = seconds)]
    older_than: Option<u64>,
    /// Then remove what was not used for longest, until so much stays: a number and K, M, G or T,
    /// such as 50G
    #[arg(long, value_name = "SIZE", value_parser = bytes)]
    max_size: Option<u64>,
    #[command(flatten)]
    cache: CacheFlag,
}

#[derive(Serialize)]
struct Report {
    schema: &'static str,
    folder: String,
    removed: Amount,
    kept: Amount,
}

impl CleanArguments {
    /// Removes; a cache that is not there is clean.
    pub(crate) fn run(&self, context: &Context) -> Outcome {
        let folder = self.cache.folder(context.environment())?;
        let now = context.run().clock.unix_seconds();
        let keep = Keep {
            used_since: self.older_than.map(|age| now.saturating_sub(age)),
            most_bytes: self.max_size,
        };
        let Cleaned { removed, kept } = if folder.exists() {
            Cache::open(&folder)?.clean(&keep)?
        } else {
            Cleaned::default()
        };
        let folder = folder.display().to_string();
        if context.output().is_json() {
            context.output().data(&Report {
                schema: "airlock.cache-clean/1",
                folder,
                removed: removed.into(),
                kept: kept.into(),
            })?;
        } else {
            let mut lines = Lines::default();
            lines.add(format_args!("removed  {}", text(removed)));
            lines.add(format_args!("kept     {} in {folder}", text(kept)));
            context.output().say(&lines.into_text());
        }
        Ok(ExitStatus::Done)
    }
}
