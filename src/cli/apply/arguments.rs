//! The arguments of `airlock apply`, and what is done with them.

use std::path::{Path, PathBuf};

use clap::Args;

use super::report::{self, Report};
use super::update::{self, Update};
use crate::cli::context::{Context, Outcome};
use crate::cli::exit::ExitStatus;
use crate::cli::folders::StoreFlag;
use crate::cli::keys::OpeningKeysFlag;
use crate::cli::lockfile::LOCKFILE;
use crate::cli::source;
use crate::cli::volume_files;
use crate::config::Site;
use crate::diagnostic::Failure;
use crate::ops::inside::apply::{ApplyOptions, PublishedImages, apply, apply_lock};
use crate::ops::lock_file::LockFile;
use crate::ops::transfer::{Opened, open_volumes};
use crate::store::Store;
use crate::wire::Kind;

/// Arguments of `airlock apply`.
#[derive(Args, Debug)]
pub(crate) struct ApplyArguments {
    /// The bundle; - reads standard input. Of a bundle in volumes all of them, or one where the others
    /// are beside it. Without it, the lock is applied to what the store holds
    #[arg(value_name = "BUNDLE", required_unless_present_any = ["lockfile", "update_lock"])]
    bundle: Vec<PathBuf>,
    /// Trust this lock instead of the one recorded with the request
    #[arg(long, value_name = "FILE")]
    lockfile: Option<PathBuf>,
    /// Pin in the lock what is held for its pending images, show that, write it, and publish it
    #[arg(long)]
    update_lock: bool,
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

impl ApplyArguments {
    /// Verifies and publishes.
    pub(crate) fn run(&self, context: &Context) -> Outcome {
        let run = context.run();
        let folder = self.store.folder(context.environment())?;
        let store = Store::open(&folder)?;
        if self.update_lock {
            // A lock that cannot be updated is told before anything is done.
            LockFile::read(self.lock_path(), &run)?;
        }
        let mut report = if !self.bundle.is_empty() {
            self.apply_bundle(&folder, &store, context)?
        } else if self.update_lock {
            Report::of_lock(PublishedImages::default())
        } else {
            let lock = LockFile::read(self.lock_path(), &run)?;
            let (older, check) = (self.allow_older, self.check);
            Report::of_lock(apply_lock(&lock, &store, older, check, &run)?)
        };
        report.check = self.check;
        if self.update_lock && (self.bundle.is_empty() || !self.check) {
            let update = Update {
                path: self.lock_path(),
                store: &store,
                allow_older: self.allow_older,
                check: self.check,
            };
            update.write(&mut report, context)?;
        } else if !report.held.is_empty() && !self.check {
            report.shown_in = update::show_beside(self.lock_path(), &store, &run);
        }
        context.end_progress();
        if context.output().is_json() {
            context.output().data(&report)?;
        } else {
            context.output().say(&report::text(&report));
        }
        Ok(if report.is_whole() {
            ExitStatus::Done
        } else {
            ExitStatus::Partial
        })
    }

    fn apply_bundle(
        &self,
        folder: &Path,
        store: &Store,
        context: &Context,
    ) -> Result<Report, Failure> {
        let run = context.run();
        let opened = self.open(context, store)?;
        let site = Site::load(&folder.join("airlock").join("site.toml"))?;
        let lock = self.lockfile.as_deref();
        let options = ApplyOptions {
            lock: lock.map(|path| LockFile::read(path, &run)).transpose()?,
            unsolicited: site.unsolicited.is_some_and(|setting| setting.value),
            allow_older: self.allow_older,
            check: self.check,
        };
        Ok(Report::of_bundle(apply(&opened, store, &options, &run)?))
    }

    fn lock_path(&self) -> &Path {
        self.lockfile.as_deref().unwrap_or(Path::new(LOCKFILE))
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
