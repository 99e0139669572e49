//! `airlock lock`: write `airlock.lock`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use clap::Args;
use lock_format::{Lockfile, Platform, Reference};
use serde::Serialize;

use super::check::{self, Check, CheckFlags, Words};
use super::compose::ComposeFlags;
use super::context::{Context, Outcome};
use super::exit::ExitStatus;
use super::folders::CurrentFolder;
use super::lines::Lines;
use super::lockfile::LockfileFlag;
use super::station::StationFlags;
use crate::diagnostic::Failure;
use crate::inputs::Root;
use crate::ops::lock_file::{LockFile, LockFileError};
use crate::ops::project::check::{Given, repeat_platforms};
use crate::ops::project::{
    Asked, AskedCompose, AskedDockerfile, AskedImages, Defaults, LockFailure, LockOptions, Locked,
    asked_again, discovered, lock,
};
use crate::report::{counted, human_size};
use crate::store::{Existing, publish_file};

/// Arguments of `airlock lock`.
#[derive(Args, Debug)]
pub(crate) struct LockArguments {
    /// A Dockerfile; repeats. Without any source, what the lock records, else what is in this folder
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
    /// A platform to lock for; repeats or takes commas [default: what the lock records, else `DOCKER_DEFAULT_PLATFORM`, else this machine's]
    #[arg(long, value_name = "PLATFORM", value_delimiter = ',')]
    platform: Vec<String>,
    /// The platform that builds run on [default: what the lock records, else this machine's]
    #[arg(long, value_name = "PLATFORM")]
    build_platform: Option<String>,
    /// The stage to build; '' is the last one [default: all stages]
    #[arg(long, value_name = "STAGE", requires = "file")]
    target: Option<String>,
    /// Leave out the image of `# syntax=`
    #[arg(long)]
    no_syntax: bool,
    /// The folder that paths are confined to [default: this folder]
    #[arg(long, value_name = "DIR")]
    root: Option<PathBuf>,
    #[command(flatten)]
    check: CheckFlags,
    #[command(flatten)]
    lockfile: LockfileFlag,
    #[command(flatten)]
    station: StationFlags,
}

#[derive(Serialize)]
struct Report {
    schema: &'static str,
    file: String,
    written: bool,
    images: usize,
    platforms: usize,
    blobs: usize,
    bytes: u64,
    added: Vec<String>,
    removed: Vec<String>,
    moved: Vec<MovedLine>,
}

#[derive(Serialize)]
struct MovedLine {
    reference: String,
    from: Option<String>,
    to: Option<String>,
}

impl LockArguments {
    /// Resolves, and writes the lock if it changed.
    pub(crate) fn run(&self, context: &Context) -> Outcome {
        let run = context.run();
        let path = self.lockfile.path();
        let before = LockFile::find(path, &run)?;
        let here = CurrentFolder::find()?;
        let root = Root::open(
            &self
                .root
                .as_ref()
                .map_or_else(|| here.clone(), |root| here.join(root)),
            &here,
        )?;
        let asked = self.asked(context, &root, before.as_ref().map(|lock| &lock.lockfile))?;
        if self.check.check {
            return self.check(context, path, before.as_ref(), &root, &asked);
        }
        let station = self.station.settings(context)?;
        let client = station.client(context);
        let options = LockOptions {
            jobs: station.jobs,
            syntax: !self.no_syntax,
        };
        let previous = before.as_ref().map(|lock| &lock.lockfile);
        let locked = lock(&asked, &root, &client, previous, &options, run)?;
        let written = before.is_none_or(|before| before.text != locked.text);
        if written {
            publish_file(path, locked.text.as_bytes(), 0o644, Existing::Replace)?;
        }
        context.end_progress();
        let report = report(path, written, &locked);
        if context.output().is_json() {
            context.output().data(&report)?;
        } else {
            context.output().say(&text(&report));
        }
        Ok(ExitStatus::Done)
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
    ) -> Outcome {
        let lock = lock.ok_or_else(|| LockFileError::None(path.to_owned()))?;
        let check = Check {
            lockfile: path,
            lock,
            root,
            asked,
            syntax: !self.no_syntax,
            fix: &self.command().into_text(),
            upstream: self.check.upstream(),
            station: &self.station,
        };
        check::run(&check, context)
    }

    /// The command that writes the lock from the same sources.
    fn command(&self) -> Words {
        let mut words = Words::new("airlock lock");
        let shown = |path: &PathBuf| path.display().to_string();
        words.flags("-f", self.file.iter().map(shown));
        self.compose.add_to(&mut words);
        words.flags("--image", &self.image);
        words.flags("--build-arg", &self.build_arg);
        words.flags("--platform", &self.platform);
        words.flags("--build-platform", &self.build_platform);
        words.flags("--target", &self.target);
        words.switch("--no-syntax", self.no_syntax);
        words.flags("--root", self.root.iter().map(shown));
        words.flags("--lockfile", self.lockfile.lockfile.iter().map(shown));
        words
    }

    /// Arguments name the complete list; without any, the lock records it, or the folder has it.
    fn asked(
        &self,
        context: &Context,
        root: &Root,
        before: Option<&Lockfile>,
    ) -> Result<Vec<Asked>, Failure> {
        let defaults = self.defaults(context)?;
        let compose = self.compose.request(context.environment());
        if self.file.is_empty() && self.image.is_empty() && compose.is_none() {
            return match before.filter(|lock| !lock.sources().is_empty()) {
                Some(lock) => asked_again(lock, root, &defaults),
                None => discovered(root, &defaults),
            };
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
                platforms: defaults.platforms_or_fallback(),
            }));
        }
        if let Some(lock) = before {
            let given = Given {
                platforms: !self.platform.is_empty(),
                build_platform: self.build_platform.is_some(),
            };
            repeat_platforms(&mut asked, lock, root, given);
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

fn report(path: &Path, written: bool, locked: &Locked) -> Report {
    let change = &locked.change;
    let images = locked.lockfile.images();
    let blobs: BTreeMap<_, _> = images
        .iter()
        .flat_map(lock_format::Image::blobs)
        .map(|blob| (blob.digest, blob.size))
        .collect();
    let moved = change.moved.iter().map(|moved| MovedLine {
        reference: moved.reference.to_string(),
        from: moved.from.map(|digest| digest.to_string()),
        to: moved.to.map(|digest| digest.to_string()),
    });
    Report {
        schema: "airlock.lock/1",
        file: path.display().to_string(),
        written,
        images: images.len(),
        platforms: images.iter().map(|image| image.platforms.len()).sum(),
        blobs: blobs.len(),
        bytes: blobs
            .values()
            .fold(0, |sum, size| sum.saturating_add(*size)),
        added: change.added.iter().map(ToString::to_string).collect(),
        removed: change.removed.iter().map(ToString::to_string).collect(),
        moved: moved.collect(),
    }
}

fn text(report: &Report) -> String {
    let mut out = Lines::default();
    for reference in &report.added {
        out.add(format_args!("added    {reference}"));
    }
    for reference in &report.removed {
        out.add(format_args!("removed  {reference}"));
    }
    for moved in &report.moved {
        let digest =
            |digest: &Option<String>| digest.clone().unwrap_or_else(|| "pending".to_owned());
        out.add(format_args!("moved    {}", moved.reference));
        out.add(format_args!("           from {}", digest(&moved.from)));
        out.add(format_args!("           to   {}", digest(&moved.to)));
    }
    out.add(format_args!(
        "{} {}: {} at {}, {}, {}",
        report.file,
        if report.written {
            "written"
        } else {
            "is up to date"
        },
        counted(report.images, "image"),
        counted(report.platforms, "platform"),
        counted(report.blobs, "blob"),
        human_size(report.bytes)
    ));
    out.into_text()
}
