//! `airlock lock merge-driver`: join two locks while git merges.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use lock_format::Lockfile;
use serde::Serialize;

use crate::cli::context::{Context, Outcome};
use crate::cli::exit::ExitStatus;
use crate::cli::folders::CacheFlag;
use crate::cli::station::StationFlags;
use crate::config::Inside;
use crate::diagnostic::Failure;
use crate::ops::lock_file::{LockFile, LockFileError};
use crate::ops::outside::Sparing;
use crate::ops::project::{Extras, LockFailure, LockOptions, Upgrade, settled, tell_disputes};
use crate::plan::{Sides, merge};
use crate::store::{Cache, Existing, publish_file};

/// What else is done with a lock.
#[derive(Debug, Subcommand)]
pub(crate) enum LockCommand {
    /// Join two locks, as the merge driver of git: merge.airlock.driver = airlock lock merge-driver %O %A %B
    MergeDriver(MergeDriverArguments),
}

/// Arguments of `airlock lock merge-driver`.
#[derive(Args, Debug)]
pub(crate) struct MergeDriverArguments {
    /// The lock that both come from (%O)
    base: PathBuf,
    /// The lock of this branch, which the result replaces (%A)
    ours: PathBuf,
    /// The lock of the other branch (%B)
    theirs: PathBuf,
    #[command(flatten)]
    station: StationFlags,
    #[command(flatten)]
    cache: CacheFlag,
}

#[derive(Serialize)]
struct Report {
    schema: &'static str,
    resolved_again: Vec<String>,
}

impl MergeDriverArguments {
    /// Joins the locks into ours. Where that fails, ours holds both as one conflict, which
    /// `airlock lock` can join later, and git keeps the file as unmerged. A side that is no lock that
    /// this version knows is kept in the conflict too: git would leave ours alone in the file.
    pub(crate) fn run(&self, context: &Context) -> Outcome {
        let run = context.run();
        let (ours, theirs) = (LockFile::text(&self.ours)?, LockFile::text(&self.theirs)?);
        // The files have names that git made up for the while.
        let read =
            |side: &str, text: &str| LockFile::of_text(Path::new(side), text.to_owned(), &run);
        let joined = || {
            let (ours, theirs) = (read("ours", &ours)?, read("theirs", &theirs)?);
            self.joined(&ours.lockfile, &theirs.lockfile, context)
        };
        match joined() {
            Ok(lockfile) => {
                self.write(&lockfile.to_text())?;
                Ok(ExitStatus::Done)
            }
            Err(failure) => {
                if let Some(both) = Sides::whole(&ours, &theirs) {
                    self.write(&both)?;
                }
                Err(failure)
            }
        }
    }

    fn joined(
        &self,
        ours: &Lockfile,
        theirs: &Lockfile,
        context: &Context,
    ) -> Result<Lockfile, Failure> {
        let run = context.run();
        let base = self.base(context)?;
        let base = base.as_ref().map(|base| &base.lockfile);
        let merged = merge(base, ours, theirs).map_err(LockFailure::Refused)?;
        tell_disputes(&merged, &run);
        let disputes = merged.disputes.iter();
        let resolved_again: Vec<String> = disputes.map(|d| d.reference.to_string()).collect();
        let lockfile = if resolved_again.is_empty() {
            merged.lockfile
        } else {
            let station = self.station.settings(context)?;
            let client = station.client(context);
            let cache = Cache::open(&self.cache.folder(context.environment())?)?;
            let options = LockOptions {
                jobs: station.jobs,
                extras: Extras {
                    syntax: true,
                    models: false,
                },
                inside: Inside::default(),
                upgrade: Upgrade::Nothing,
                offline: false,
            };
            settled(merged, &Sparing::new(&client, &cache, run), &options, run)?
        };
        context.end_progress();
        if context.output().is_json() {
            context.output().data(&Report {
                schema: "airlock.merge-driver/1",
                resolved_again,
            })?;
        }
        Ok(lockfile)
    }

    /// Git gives an empty file where both branches added the lock, and one with markers where the
    /// bases of both were in conflict: neither tells what was there before.
    fn base(&self, context: &Context) -> Result<Option<LockFile>, Failure> {
        let empty = std::fs::metadata(&self.base).is_ok_and(|file| file.len() == 0);
        if empty {
            return Ok(None);
        }
        match LockFile::find_joined(&self.base, &context.run())? {
            Some((base, None)) => Ok(Some(base)),
            Some((_, Some(_))) => Ok(None),
            None => Err(LockFileError::None(self.base.clone()).into()),
        }
    }

    fn write(&self, text: &str) -> Result<(), Failure> {
        Ok(publish_file(
            &self.ours,
            text.as_bytes(),
            0o644,
            Existing::Replace,
        )?)
    }
}
