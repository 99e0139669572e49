//! `airlock apply`: import a bundle, or publish what a lock finds in the store.

use std::path::{Path, PathBuf};

use clap::Args;
use serde::Serialize;

use super::context::{Context, Outcome};
use super::exit::ExitStatus;
use super::folders::StoreFlag;
use super::keys::OpeningKeysFlag;
use super::lines::Lines;
use super::lockfile::LOCKFILE;
use super::source;
use super::volume_files;
use crate::config::Site;
use crate::diagnostic::{Failure, sanitize};
use crate::ops::inside::apply::{Applied, ApplyOptions, PublishedImages, apply, apply_lock};
use crate::ops::lock_file::LockFile;
use crate::ops::transfer::{Opened, open_volumes};
use crate::report::{counted, human_size};
use crate::store::Store;
use crate::wire::Kind;

/// Arguments of `airlock apply`.
#[derive(Args, Debug)]
pub(crate) struct ApplyArguments {
    /// The bundle; - reads standard input. Of a bundle in volumes all of them, or one where the others
    /// are beside it. Without it, the lock is applied to what the store holds
    #[arg(value_name = "BUNDLE", required_unless_present = "lockfile")]
    bundle: Vec<PathBuf>,
    /// Trust this lock instead of the one recorded with the request
    #[arg(long, value_name = "FILE")]
    lockfile: Option<PathBuf>,
    /// Take a lock that is older than one applied since
    #[arg(long)]
    allow_older: bool,
    /// Verify everything and tell what would be done; write nothing
    #[arg(long)]
    check: bool,
    #[command(flatten)]
    store: StoreFlag,
    #[command(flatten)]
    keys: OpeningKeysFlag,
}

#[derive(Serialize)]
struct Report {
    schema: &'static str,
    check: bool,
    bundle: Option<String>,
    applied_before: bool,
    blobs: usize,
    bytes: u64,
    published: Vec<String>,
    moved: Vec<MovedLine>,
    missing: Vec<String>,
    lacking: Vec<String>,
}

#[derive(Serialize)]
struct MovedLine {
    reference: String,
    from: String,
    to: String,
}

impl ApplyArguments {
    /// Verifies and publishes.
    pub(crate) fn run(&self, context: &Context) -> Outcome {
        let run = context.run();
        let folder = self.store.folder(context.environment())?;
        let store = Store::open(&folder)?;
        let mut report = if self.bundle.is_empty() {
            let path = self.lockfile.as_deref().unwrap_or(Path::new(LOCKFILE));
            let lock = LockFile::read(path, &run)?;
            let (older, check) = (self.allow_older, self.check);
            of_lock(apply_lock(&lock, &store, older, check, &run)?)
        } else {
            let opened = self.open(context, &store)?;
            let site = Site::load(&folder.join("airlock").join("site.toml"))?;
            let lock = self
                .lockfile
                .as_deref()
                .map(|path| LockFile::read(path, &run));
            let options = ApplyOptions {
                lock: lock.transpose()?,
                unsolicited: site.unsolicited.is_some_and(|setting| setting.value),
                allow_older: self.allow_older,
                check: self.check,
            };
            of_bundle(apply(&opened, &store, &options, &run)?)
        };
        report.check = self.check;
        context.end_progress();
        if context.output().is_json() {
            context.output().data(&report)?;
        } else {
            context.output().say(&text(&report));
        }
        Ok(if report.missing.is_empty() {
            ExitStatus::Done
        } else {
            ExitStatus::Partial
        })
    }

    fn open(&self, context: &Context, store: &Store) -> Result<Opened, Failure> {
        let run = context.run();
        let keyring = self.keys.load(context)?;
        let files = volume_files::open(&self.bundle, || {
            if self.check {
                return source::scratch();
            }
            Ok(store.begin(run.clock)?.scratch()?)
        })?;
        Ok(open_volumes(
            files,
            &keyring,
            &[Kind::Bundle],
            run.clock.unix_seconds(),
        )?)
    }
}

fn of_bundle(applied: Applied) -> Report {
    match applied {
        Applied::Before(bundle) => Report {
            bundle: Some(bundle.to_string()),
            applied_before: true,
            ..of_lock(PublishedImages::default())
        },
        Applied::Now {
            bundle,
            blobs,
            bytes,
            published,
            lacking,
        } => Report {
            lacking: lacking.iter().map(|why| sanitize(why, 300)).collect(),
            bundle: Some(bundle.to_string()),
            blobs,
            bytes,
            ..of_lock(published)
        },
    }
}

fn of_lock(published: PublishedImages) -> Report {
    let moved = published.moved.into_iter().map(|moved| MovedLine {
        reference: moved.reference.to_string(),
        from: moved.from.to_string(),
        to: moved.to.to_string(),
    });
    Report {
        schema: "airlock.apply/1",
        check: false,
        bundle: None,
        applied_before: false,
        blobs: 0,
        bytes: 0,
        published: published.images.iter().map(ToString::to_string).collect(),
        moved: moved.collect(),
        missing: published.missing.iter().map(ToString::to_string).collect(),
        lacking: Vec::new(),
    }
}

fn text(report: &Report) -> String {
    let mut out = Lines::default();
    if report.applied_before {
        return "this bundle was applied before; nothing was done".to_owned();
    }
    if report.check {
        out.add(format_args!("checked only: nothing was written"));
    }
    for moved in &report.moved {
        out.add(format_args!("moved  {}", moved.reference));
        out.add(format_args!("         from {}", moved.from));
        out.add(format_args!("         to   {}", moved.to));
    }
    for reference in &report.missing {
        out.add(format_args!("still missing  {reference}"));
    }
    for why in &report.lacking {
        out.add(format_args!("the station says: {why}"));
    }
    out.add(format_args!(
        "{} imported, {}; {} published",
        counted(report.blobs, "blob"),
        human_size(report.bytes),
        counted(report.published.len(), "image")
    ));
    out.into_text()
}
