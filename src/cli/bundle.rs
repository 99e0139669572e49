//! `airlock bundle`: fetch what a request asks for, and seal it.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use serde::Serialize;

use super::context::{Context, Outcome};
use super::exit::ExitStatus;
use super::folders::CacheFlag;
use super::keys::OpeningKeysFlag;
use super::lines::Lines;
use super::lockfile::LockfileFlag;
use super::source;
use super::station::StationFlags;
use super::target::Target;
use crate::ops::lock_file::LockFile;
use crate::ops::outside::bundle::{BundleOptions, Prepared, prepare};
use crate::ops::transfer::{TransferError, open_envelope};
use crate::report::{counted, human_size};
use crate::seal::CardName;
use crate::store::Cache;
use crate::wire::{Kind, Subject, Transfer};

/// Arguments of `airlock bundle`.
#[derive(Args, Debug)]
pub(crate) struct BundleArguments {
    /// The request; - reads standard input
    #[arg(value_name = "REQUEST")]
    request: PathBuf,
    /// Where the bundle goes, `bundle-<ID>.age` without it; - is standard output
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Replace a bundle that is there
    #[arg(long)]
    force: bool,
    /// Carry everything the lock names, also what the inside has; needs the lock
    #[arg(long)]
    complete: bool,
    /// How blobs are carried
    #[arg(long, value_enum, default_value_t = EncodingChoice::Auto)]
    encoding: EncodingChoice,
    /// Make a partial bundle where something cannot be had, and end with 5
    #[arg(long)]
    keep_going: bool,
    /// A site that can open the bundle besides the one that asked; repeats or takes commas
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    to: Vec<CardName>,
    #[command(flatten)]
    lockfile: LockfileFlag,
    #[command(flatten)]
    station: StationFlags,
    #[command(flatten)]
    keys: OpeningKeysFlag,
    #[command(flatten)]
    cache: CacheFlag,
}

/// How blobs are carried.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum EncodingChoice {
    /// As zstd where that shrinks a blob by a tenth or more.
    Auto,
    /// As they are: a complete raw bundle opens with age, tar and skopeo.
    Raw,
}

#[derive(Serialize)]
struct Report {
    schema: &'static str,
    id: String,
    file: String,
    blobs: usize,
    carried_bytes: u64,
    sealed_bytes: u64,
    missing: Vec<MissingLine>,
}

#[derive(Serialize)]
struct MissingLine {
    what: String,
    why: String,
}

impl BundleArguments {
    /// Fetches and seals.
    pub(crate) fn run(&self, context: &Context) -> Outcome {
        let run = context.run();
        let keyring = self.keys.load(context)?;
        let now = run.clock.unix_seconds();
        let opened = open_envelope(
            source::open(&self.request, source::scratch)?,
            &keyring,
            &[Kind::Request],
            now,
        )?;
        let id = opened.id();
        let found = opened.kind();
        let Transfer::Request(request) = opened.into_transfer() else {
            let expected = vec![Kind::Request];
            return Err(TransferError::OtherKind { found, expected }.into());
        };
        // A name that is taken is told before hours of fetching.
        let named = self
            .output
            .as_deref()
            .map(|path| Target::open(path, self.force))
            .transpose()?;
        let station = self.station.settings(context)?;
        let options = BundleOptions {
            jobs: station.jobs,
            raw: self.encoding == EncodingChoice::Raw,
            complete: self.complete,
            lock: if self.complete {
                LockFile::find(self.lockfile.path(), &run)?
            } else {
                None
            },
            keep_going: self.keep_going,
            further: self.to.clone(),
        };
        let cache = Cache::open(&self.cache.folder(context.environment())?)?;
        let client = station.client_for_requests(context);
        let prepared = prepare((&request, id), &client, &cache, &keyring, &options, &run)?;
        let target = match named {
            Some(target) => target,
            None => Target::open(
                Path::new(&format!("bundle-{}.age", prepared.id().short())),
                self.force,
            )?,
        };
        let (target, sealed_bytes) = prepared.write(target, &run)?;
        let file = target.finish()?;
        context.end_progress();
        tell(context, &prepared, file, sealed_bytes)
    }
}

fn tell(context: &Context, prepared: &Prepared<'_>, file: String, sealed_bytes: u64) -> Outcome {
    let missing = prepared.missing.iter().map(|(subject, why)| MissingLine {
        what: match subject {
            Subject::Digest(digest) => digest.to_string(),
            Subject::Reference(reference) => reference.to_string(),
        },
        why: why.clone(),
    });
    let report = Report {
        schema: "airlock.bundle/1",
        id: prepared.id().to_string(),
        file,
        blobs: prepared.blobs(),
        carried_bytes: prepared.carried_bytes(),
        sealed_bytes,
        missing: missing.collect(),
    };
    // A bundle that goes to standard output leaves no room for a report there.
    if context.output().is_json() && report.file != "standard output" {
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

fn text(report: &Report) -> String {
    let mut out = Lines::default();
    for one in &report.missing {
        out.add(format_args!("missing  {}: {}", one.what, one.why));
    }
    out.add(format_args!(
        "{}, {}; {} written to {}",
        counted(report.blobs, "blob"),
        human_size(report.carried_bytes),
        human_size(report.sealed_bytes),
        report.file
    ));
    out.into_text()
}
