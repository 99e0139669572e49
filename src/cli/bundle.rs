//! `airlock bundle`: fetch what a request asks for, or what a lock needs, and seal it.

use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use serde::Serialize;

use super::context::{Context, Outcome};
use super::exit::ExitStatus;
use super::folders::{CacheFlag, SitesFlag};
use super::keys::OpeningKeysFlag;
use super::lines::Lines;
use super::lockfile::LockfileFlag;
use super::source;
use super::station::StationFlags;
use super::target::Target;
use super::volume_size::{VolumeSize, volume_size};
use super::volume_target::{VolumeTarget, Written, refuse_others, remove_others};
use crate::diagnostic::Failure;
use crate::ops::lock_file::LockFile;
use crate::ops::outside::Sparing;
use crate::ops::outside::bundle::{
    BundleFailure, BundleOptions, Order, Prepared, Registries, prepare,
};
use crate::ops::transfer::{TransferError, open_envelope};
use crate::report::{counted, human_size};
use crate::run::{Event, Run, Warning};
use crate::seal::{CardName, Keyring};
use crate::store::{Cache, Sites};
use crate::wire::{Kind, Request, SiteId, Subject, Transfer, TransferId};

/// Arguments of `airlock bundle`.
#[derive(Args, Debug)]
pub(crate) struct BundleArguments {
    /// The request; - reads standard input. Without it, all that the lock of --lockfile needs is
    /// carried, for a site that asks for nothing
    #[arg(value_name = "REQUEST", required_unless_present = "lockfile")]
    request: Option<PathBuf>,
    /// Without a request: leave out what this older lock names, which the site has applied; repeats
    #[arg(long, value_name = "FILE", conflicts_with = "request")]
    since: Vec<PathBuf>,
    /// Without a request: the site that the bundle is for [default: the only one known]
    #[arg(long, value_name = "ID", conflicts_with = "request")]
    site: Option<SiteId>,
    /// Where the bundle goes, `bundle-<ID>.age` without it; - is standard output
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Replace a bundle that is there
    #[arg(long)]
    force: bool,
    /// Split the bundle where it is longer than a file may be on the medium (650M, 4G, 4GiB): into
    /// FILE.001, FILE.002 and on
    #[arg(long, value_name = "SIZE", value_parser = volume_size)]
    volume_size: Option<VolumeSize>,
    /// Carry everything the lock names, also what the inside has; needs the lock
    #[arg(long, requires = "request")]
    complete: bool,
    /// How blobs are carried
    #[arg(long, value_enum, default_value_t = EncodingChoice::Auto)]
    encoding: EncodingChoice,
    /// Make a partial bundle where something cannot be had, and end with 5
    #[arg(long)]
    keep_going: bool,
    /// A site that can open the bundle besides the one that asked; without a request, the one it is
    /// for; repeats or takes commas
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
    #[command(flatten)]
    sites: SitesFlag,
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
    /// The files of a bundle in volumes, in order.
    volumes: Vec<String>,
    blobs: usize,
    carried_bytes: u64,
    sealed_bytes: u64,
    resolved: Vec<ResolvedLine>,
    missing: Vec<MissingLine>,
}

#[derive(Serialize)]
struct ResolvedLine {
    reference: String,
    digest: String,
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
        let requested = self
            .request
            .as_deref()
            .map(|path| requested(path, &keyring, &run))
            .transpose()?;
        // A name that is taken is told before hours of fetching.
        let named = self
            .output
            .as_deref()
            .map(|path| self.place(path))
            .transpose()?;
        let station = self.station.settings(context)?;
        let options = self.options(station.jobs, &run)?;
        let cache = Cache::open(&self.cache.folder(context.environment())?)?;
        let prepared = if let Some((request, id)) = &requested {
            self.learn(request.address.site, context);
            let order = Order::of_request(request, *id, &options)?;
            let client = station.client_for_requests(context);
            let registries = Registries {
                direct: &client,
                sparing: &Sparing::new(&client, &cache, run),
            };
            prepare(&order, registries, &cache, &keyring, &options, &run)?
        } else {
            let lock = LockFile::read(self.lockfile.path(), &run)?;
            let since = self.since.iter().map(|path| LockFile::read(path, &run));
            let since = since.collect::<Result<Vec<_>, _>>()?;
            let (site, serial) = self.unsolicited(context)?;
            let order = Order::unsolicited(site, serial, &lock, &since);
            // The lock was named by a person, so it may name what a person may.
            let client = station.client(context);
            let registries = Registries {
                direct: &client,
                sparing: &client,
            };
            prepare(&order, registries, &cache, &keyring, &options, &run)?
        };
        let own_name = format!("bundle-{}.age", prepared.id().short());
        let path = self.output.as_deref().unwrap_or(Path::new(&own_name));
        let place = match named {
            Some(place) => place,
            None => self.place(path)?,
        };
        let written = self.write(&prepared, place, path, &run)?;
        context.end_progress();
        tell(context, &prepared, written)
    }

    /// Opens what the bundle is written to, as far as that is known before it is made.
    fn place(&self, path: &Path) -> Result<Place, Failure> {
        Ok(match self.volume_size {
            None => Place::One(self.one_file(path)?),
            Some(_) => Place::Volumes(VolumeTarget::open(path, self.force)?),
        })
    }

    /// Opens one file; volumes that are there under its name are of another bundle.
    fn one_file(&self, path: &Path) -> Result<Target, Failure> {
        if path.as_os_str() != "-" {
            refuse_others(path, self.force)?;
        }
        Target::open(path, self.force)
    }

    /// Seals the bundle: into one file, or into volumes where it is longer than one.
    fn write(
        &self,
        prepared: &Prepared<'_>,
        place: Place,
        path: &Path,
        run: &Run<'_>,
    ) -> Result<Written, Failure> {
        match place {
            Place::One(target) => self.write_one(prepared, target, path, run),
            Place::Volumes(mut target) if prepared.volumes() > 1 => {
                prepared.write_volumes(&mut target, run)?;
                target.finish()
            }
            Place::Volumes(unused) => {
                drop(unused);
                self.write_one(prepared, self.one_file(path)?, path, run)
            }
        }
    }

    fn write_one(
        &self,
        prepared: &Prepared<'_>,
        target: Target,
        path: &Path,
        run: &Run<'_>,
    ) -> Result<Written, Failure> {
        let named = matches!(target, Target::File(_));
        let (target, bytes) = prepared.write(target, run)?;
        let file = target.finish()?;
        remove_others(path, &[path.to_owned()], self.force && named)?;
        Ok(Written {
            file,
            volumes: Vec::new(),
            bytes,
        })
    }

    fn options(&self, jobs: NonZeroUsize, run: &Run<'_>) -> Result<BundleOptions, Failure> {
        Ok(BundleOptions {
            jobs,
            raw: self.encoding == EncodingChoice::Raw,
            complete: self.complete,
            lock: if self.complete {
                LockFile::find(self.lockfile.path(), run)?
            } else {
                None
            },
            keep_going: self.keep_going,
            further: self.to.clone(),
            volume_payload: self.volume_size.map(|size| size.0),
        })
    }

    /// Remembers the site of a request that was verified. Where that is not possible the bundle can
    /// be made all the same.
    fn learn(&self, site: SiteId, context: &Context) {
        let learned = self
            .sites
            .folder(context.environment())
            .map_err(Failure::from)
            .and_then(|folder| Ok(Sites::new(folder).learn(site)?));
        if let Err(failure) = learned {
            let facts = failure.facts();
            context.run().events.event(Event::Warning(&Warning {
                code: facts.code(),
                message: format!("the site is not remembered: {facts}"),
                help: facts.help(),
                label: None,
            }));
        }
    }

    /// Returns the site that is named, or the only one known, and its next serial number.
    fn unsolicited(&self, context: &Context) -> Result<(SiteId, u64), Failure> {
        let sites = Sites::new(self.sites.folder(context.environment())?);
        let site = match self.site {
            Some(site) => site,
            None => match sites.known()?.as_slice() {
                [site] => *site,
                known => {
                    let known = known.len();
                    return Err(BundleFailure::NeedsSite { known }.into());
                }
            },
        };
        let now = context.run().clock.unix_seconds();
        Ok((site, sites.next_serial(site, now)?))
    }
}

/// Opens and verifies a request.
fn requested(
    path: &Path,
    keyring: &Keyring,
    run: &Run<'_>,
) -> Result<(Request, TransferId), Failure> {
    let opened = open_envelope(
        source::open(path, source::scratch)?,
        keyring,
        &[Kind::Request],
        run.clock.unix_seconds(),
    )?;
    let (id, found) = (opened.id(), opened.kind());
    let Transfer::Request(request) = opened.into_transfer() else {
        let expected = vec![Kind::Request];
        return Err(TransferError::OtherKind { found, expected }.into());
    };
    Ok((request, id))
}

/// Where a bundle goes.
enum Place {
    One(Target),
    Volumes(VolumeTarget),
}

fn tell(context: &Context, prepared: &Prepared<'_>, written: Written) -> Outcome {
    let missing = prepared.missing.iter().map(|(subject, why)| MissingLine {
        what: match subject {
            Subject::Digest(digest) => digest.to_string(),
            Subject::Reference(reference) => reference.to_string(),
        },
        why: why.clone(),
    });
    let resolved = prepared.resolutions.iter();
    let resolved = resolved.map(|(reference, digest)| ResolvedLine {
        reference: reference.to_string(),
        digest: digest.to_string(),
    });
    let report = Report {
        schema: "airlock.bundle/1",
        id: prepared.id().to_string(),
        file: written.file,
        volumes: written.volumes,
        blobs: prepared.blobs(),
        carried_bytes: prepared.carried_bytes(),
        sealed_bytes: written.bytes,
        resolved: resolved.collect(),
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
    for one in &report.resolved {
        out.add(format_args!("resolved {}", one.reference));
        out.add(format_args!("           to   {}", one.digest));
    }
    for one in &report.missing {
        out.add(format_args!("missing  {}: {}", one.what, one.why));
    }
    out.add(format_args!(
        "{}, {}; {} written to {}",
        counted(report.blobs, "blob"),
        human_size(report.carried_bytes),
        human_size(report.sealed_bytes),
        match report.volumes.as_slice() {
            [first, .., last] => format!("{first} to {last}"),
            _ => report.file.clone(),
        }
    ));
    out.into_text()
}
