//! `airlock lock`: write `airlock.lock`.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use lock_format::{Lockfile, Platform, Reference};

use super::changes::ChangeFlags;
use super::driver::LockCommand;
use super::report;
use crate::cli::check::{self, Check, CheckFlags, Words};
use crate::cli::compose::ComposeFlags;
use crate::cli::context::{Context, Outcome};
use crate::cli::exit::ExitStatus;
use crate::cli::folders::{CacheFlag, CurrentFolder, StoreFlag};
use crate::cli::lockfile::LockfileFlag;
use crate::cli::station::StationFlags;
use crate::config::{Inside, Repository};
use crate::diagnostic::Failure;
use crate::inputs::Root;
use crate::oci::StoreView;
use crate::ops::lock_file::{LockFile, LockFileError, behind_links};
use crate::ops::outside::Sparing;
use crate::ops::project::check::{Given, repeat_platforms};
use crate::ops::project::{
    Asked, AskedCompose, AskedDockerfile, AskedImages, Defaults, Extras, Held, LockFailure,
    LockOptions, Locked, asked_again, asked_by, discovered, lock, repository, tell_disputes,
};
use crate::run::Run;
use crate::store::{Cache, Existing, Store, StoreError, publish_file};

/// What a person wants locked beside the images that run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Include {
    Models,
}

/// Arguments of `airlock lock`.
#[derive(Args, Debug)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct LockArguments {
    #[command(subcommand)]
    other: Option<LockCommand>,
    /// A Dockerfile; repeats. Without any source, those of `airlock.toml`, else what the lock records, else what is in this folder
    #[arg(short, long, value_name = "FILE")]
    file: Vec<PathBuf>,
    #[command(flatten)]
    compose: ComposeFlags,
    /// An image to lock without any file; repeats
    #[arg(long, value_name = "REF")]
    image: Vec<String>,
    /// A build argument; without a value, that of the environment; repeats
    #[arg(long, value_name = "KEY[=VALUE]")]
    build_arg: Vec<String>,
    /// A platform to lock for; repeats or takes commas [default: `airlock.toml`, else what the lock records, else `DOCKER_DEFAULT_PLATFORM`, else this machine's]
    #[arg(long, value_name = "PLATFORM", value_delimiter = ',')]
    platform: Vec<String>,
    /// The platform that builds run on [default: `airlock.toml`, else what the lock records, else this machine's]
    #[arg(long, value_name = "PLATFORM")]
    build_platform: Option<String>,
    /// The stage to build; '' is the last one [default: all stages]
    #[arg(long, value_name = "STAGE", requires = "file")]
    target: Option<String>,
    /// Leave out the image of `# syntax=`
    #[arg(long)]
    no_syntax: bool,
    /// Lock the models of compose projects too; `--check` then takes it as well
    #[arg(long, value_name = "WHAT")]
    include: Vec<Include>,
    /// The folder that paths are confined to [default: this folder]
    #[arg(long, value_name = "DIR")]
    root: Option<PathBuf>,
    #[command(flatten)]
    changes: ChangeFlags,
    #[command(flatten)]
    check: CheckFlags,
    #[command(flatten)]
    lockfile: LockfileFlag,
    #[command(flatten)]
    store: StoreFlag,
    #[command(flatten)]
    station: StationFlags,
    #[command(flatten)]
    cache: CacheFlag,
}

/// What is locked.
struct Work<'a> {
    asked: &'a [Asked],
    root: &'a Root,
    previous: Option<&'a Lockfile>,
    inside: Inside,
}

impl LockArguments {
    /// Resolves, and writes the lock if it changed.
    pub(crate) fn run(&self, context: &Context) -> Outcome {
        if let Some(LockCommand::MergeDriver(driver)) = &self.other {
            return driver.run(context);
        }
        let run = context.run();
        let path = self.lockfile.path();
        let before = self.before(path, &run)?;
        let here = CurrentFolder::find()?;
        let root = Root::open(
            &self
                .root
                .as_ref()
                .map_or_else(|| here.clone(), |root| here.join(root)),
            &here,
        )?;
        let repository = repository(&root)?.unwrap_or_default();
        let previous = before.as_ref().map(|lock| &lock.lockfile);
        let asked = self.asked(context, &root, &repository, previous)?;
        if self.check.check {
            return self.check(context, path, before.as_ref(), &root, &asked, &repository);
        }
        let work = Work {
            asked: &asked,
            root: &root,
            previous,
            inside: repository.inside,
        };
        let locked = self.locked(work, context)?;
        let differs = before.is_none_or(|before| before.text != locked.text);
        let result = self.changes.result(differs);
        if result == report::Ending::Written {
            publish_file(
                &behind_links(path),
                locked.text.as_bytes(),
                0o644,
                Existing::Replace,
            )?;
        }
        context.end_progress();
        report::tell(path, result, &locked, context)?;
        Ok(ExitStatus::Done)
    }

    fn locked(&self, work: Work<'_>, context: &Context) -> Result<Locked, Failure> {
        let run = context.run();
        let offline = self.changes.offline();
        let mut options = LockOptions {
            jobs: NonZeroUsize::MIN,
            extras: self.extras(),
            inside: work.inside,
            upgrade: self.changes.upgrade()?,
            offline,
        };
        let (asked, root, previous) = (work.asked, work.root, work.previous);
        if offline {
            let view = match Store::open(&self.store.folder(context.environment())?) {
                Ok(store) => Some(store.view()?),
                Err(StoreError::NoStore(_)) => None,
                Err(error) => return Err(error.into()),
            };
            let held = Held(view.as_ref().map(|view| view as &dyn StoreView));
            return lock(asked, root, &held, previous, &options, run);
        }
        let station = self.station.settings(context)?;
        let client = station.client(context);
        let cache = Cache::open(&self.cache.folder(context.environment())?)?;
        options.jobs = station.jobs;
        let sparing = Sparing::new(&client, &cache, run);
        lock(asked, root, &sparing, previous, &options, run)
    }

    /// Reads the lock that is there. To be written, it may be in conflict; to be checked, it may not.
    fn before(&self, path: &Path, run: &Run<'_>) -> Result<Option<LockFile>, Failure> {
        if self.check.check {
            return LockFile::find(path, run);
        }
        let Some((lock, merged)) = LockFile::find_joined(path, run)? else {
            return Ok(None);
        };
        if let Some(merged) = merged {
            let dispute = merged.disputes.first().filter(|_| self.changes.offline());
            if let Some(dispute) = dispute {
                return Err(LockFailure::Disputed {
                    reference: dispute.reference.clone(),
                    ours: dispute.ours,
                    theirs: dispute.theirs,
                }
                .into());
            }
            tell_disputes(&merged, run);
        }
        Ok(Some(lock))
    }

    /// Tells whether the lock is checked in place of written.
    pub(crate) fn checks(&self) -> bool {
        self.check.check
    }

    fn check(
        &self,
        context: &Context,
        path: &Path,
        lock: Option<&LockFile>,
        root: &Root,
        asked: &[Asked],
        repository: &Repository,
    ) -> Outcome {
        let lock = lock.ok_or_else(|| LockFileError::None(path.to_owned()))?;
        let check = Check {
            lockfile: path,
            lock,
            root,
            asked,
            extras: self.extras(),
            inside: &repository.inside,
            fix: &self.command(context).into_text(),
            upstream: self.check.upstream(),
            station: &self.station,
        };
        check::run(&check, context)
    }

    fn extras(&self) -> Extras {
        Extras {
            syntax: !self.no_syntax,
            models: self.include.contains(&Include::Models),
        }
    }

    /// The command that writes the lock from the same sources, for who stands where this one was typed.
    fn command(&self, context: &Context) -> Words {
        let mut words = Words::new("airlock");
        let shown = |path: &PathBuf| path.display().to_string();
        let directory = context.directory().map(|path| path.display().to_string());
        words.flags("-C", directory);
        words.word("lock");
        words.flags("-f", self.file.iter().map(shown));
        self.compose.add_to(&mut words);
        words.flags("--image", &self.image);
        words.flags("--build-arg", &self.build_arg);
        words.flags("--platform", &self.platform);
        words.flags("--build-platform", &self.build_platform);
        words.flags("--target", &self.target);
        words.switch("--no-syntax", self.no_syntax);
        words.flags("--include", self.extras().models.then_some("models"));
        words.flags("--root", self.root.iter().map(shown));
        words.flags("--lockfile", self.lockfile.lockfile.iter().map(shown));
        self.station.add_to(&mut words, context.environment());
        words
    }

    /// Arguments name the complete list; without any, `airlock.toml` does, the lock records it, or the
    /// folder has it.
    fn asked(
        &self,
        context: &Context,
        root: &Root,
        repository: &Repository,
        before: Option<&Lockfile>,
    ) -> Result<Vec<Asked>, Failure> {
        let flags = self.defaults(context)?;
        let defaults = flags.clone().or(repository);
        let compose = self.compose.request(context.environment());
        if self.file.is_empty() && self.image.is_empty() && compose.is_none() {
            return asked_without_arguments(root, repository, before, &flags);
        }
        let args = self.build_args(context);
        let mut asked = Vec::new();
        for file in &self.file {
            asked.push(Asked::Dockerfile(Box::new(AskedDockerfile {
                path: root.locate(file)?,
                args: args.clone(),
                target: self.target.clone(),
                contexts: BTreeMap::new(),
                platforms: defaults.platforms_or_fallback(),
                build_platform: defaults.build_platform(),
            })));
        }
        asked.extend(compose.map(|request| {
            Asked::Compose(Box::new(AskedCompose {
                request,
                platforms: defaults.platforms_or_fallback(),
                build_platform: defaults.build_platform(),
            }))
        }));
        if !self.image.is_empty() {
            let references = self.image.iter().map(|image| Reference::parse(image));
            asked.push(Asked::Images(AskedImages {
                references: references
                    .collect::<Result<_, _>>()
                    .map_err(LockFailure::from)?,
                places: Vec::new(),
                platforms: defaults.platforms_or_fallback(),
            }));
        }
        if let Some(lock) = before {
            let given = Given {
                platforms: !defaults.platforms.is_empty(),
                build_platform: defaults.build_platform.is_some(),
            };
            let given = vec![given; asked.len()];
            repeat_platforms(&mut asked, lock, root, &given);
        }
        Ok(asked)
    }

    fn defaults(&self, context: &Context) -> Result<Defaults, Failure> {
        let parse = |text: &str| -> Result<Platform, Failure> {
            Ok(text.parse().map_err(LockFailure::Platform)?)
        };
        let preset = context
            .environment()
            .text("DOCKER_DEFAULT_PLATFORM")
            .map(parse)
            .transpose()?;
        let platforms = self
            .platform
            .iter()
            .map(|text| parse(text))
            .collect::<Result<_, _>>()?;
        Ok(Defaults {
            platforms,
            build_platform: self.build_platform.as_deref().map(parse).transpose()?,
            fallback: preset.unwrap_or_else(Platform::host),
            environment: context.environment().to_map(),
        })
    }

    /// `KEY` alone takes the value of the environment, and is left out where there is none.
    fn build_args(&self, context: &Context) -> BTreeMap<String, String> {
        let given = self
            .build_arg
            .iter()
            .filter_map(|text| match text.split_once('=') {
                Some((key, value)) => Some((key.to_owned(), value.to_owned())),
                None => Some((text.clone(), context.environment().text(text)?.to_owned())),
            });
        given.collect()
    }
}

/// `airlock.toml` where it names sources, else the lock, else the folder.
fn asked_without_arguments(
    root: &Root,
    repository: &Repository,
    before: Option<&Lockfile>,
    flags: &Defaults,
) -> Result<Vec<Asked>, Failure> {
    let before = before.filter(|lock| !lock.sources().is_empty());
    if repository.names_sources() {
        let (mut asked, given) = asked_by(repository, root, flags)?;
        if let Some(lock) = before {
            repeat_platforms(&mut asked, lock, root, &given);
        }
        return Ok(asked);
    }
    let defaults = flags.clone().or(repository);
    match before {
        Some(lock) => asked_again(lock, root, &defaults),
        None => discovered(root, &defaults),
    }
}
