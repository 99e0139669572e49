//! From what is ordered to a bundle that is ready to be written.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};
use std::num::NonZeroUsize;
use std::thread::{self, Scope, ScopedJoinHandle};

use lock_format::{Algorithm, Blob, Digest, Reference};

use super::candidates::Candidates;
use super::wanted::Wanted;
use super::{
    BundleFailure, Order, Registries, candidates, contents, documents, encode, fetch, missing,
    volumes, wanted,
};
use crate::diagnostic::Failure;
use crate::oci::{Upstream, digest_of};
use crate::ops::lock_file::LockFile;
use crate::ops::pool;
use crate::ops::transfer::{self, Behind, Envelope, TransferError, VolumeOutputs};
use crate::run::{Event, Run, TaskId};
use crate::seal::{CardName, Keyring, sealed_size};
use crate::store::{Cache, StoreError};
use crate::wire::{Bundle, Carried, Kind, Subject, TransferId};

/// How a bundle is made.
#[derive(Clone, Debug)]
pub struct BundleOptions {
    /// How many downloads run at the same time.
    pub jobs: NonZeroUsize,
    /// Carry everything as it is, so that plain age and tar give an OCI layout.
    pub raw: bool,
    /// Carry all that the lock names, also what the inside has.
    pub complete: bool,
    /// The lock at hand.
    pub lock: Option<LockFile>,
    /// Make a partial bundle where something cannot be had.
    pub keep_going: bool,
    /// Sites that can open the bundle besides the one that asked.
    pub further: Vec<CardName>,
    /// Payload bytes of a volume, where the bundle is to be split once it is longer.
    pub volume_payload: Option<u64>,
}

/// A bundle whose every byte is decided; only sealing is left.
#[derive(Debug)]
pub struct Prepared<'c> {
    envelope: Envelope,
    entries: Vec<Carried>,
    cache: &'c Cache,
    /// What pending references name, as the registries say now.
    pub resolutions: BTreeMap<Reference, Digest>,
    /// References and blobs that could not be had, with the reason.
    pub missing: BTreeMap<Subject, String>,
}

/// Resolves what is pending, fetches what is ordered and decides how each blob is carried.
pub fn prepare<'c>(
    order: &Order<'_>,
    registries: Registries<'_>,
    cache: &'c Cache,
    keyring: &Keyring,
    options: &BundleOptions,
    run: &Run<'_>,
) -> Result<Prepared<'c>, Failure> {
    // Nobody to answer is told before hours of fetching.
    let recipients = order.recipients(keyring, &options.further)?;
    let mut candidates = candidates::resolve(&order.asked, registries, cache, options, run)?;
    let wanted = wanted_with(order, &candidates);
    let how = How {
        options,
        encodes: !options.raw && order.zstd,
        run,
    };
    let (below, failures) = fetch_all(registries.direct, cache, &wanted, how)?;
    let all_had = failures.is_empty() && candidates.failures.is_empty();
    if !all_had && !options.keep_going {
        // The next run need not digest again what this one had.
        cache.sync(run.clock)?;
        return Err(incomplete(order, &wanted, candidates, failures).into());
    }
    let failed = failures.iter().map(|(digest, failure)| (*digest, failure));
    let failed: BTreeMap<Digest, &Failure> = failed.collect();
    let dropped = candidates.drop_incomplete(&failed);
    let wanted = wanted_with(order, &candidates);
    let available: Vec<Blob> = wanted
        .values()
        .map(|one| one.blob)
        .filter(|blob| !failed.contains_key(&blob.digest))
        .collect();
    let carried = carry(cache, &available, how)?;
    let entries = contents::in_order(&wanted, carried);
    let resolutions = candidates.resolutions();
    let index_json = contents::index(&wanted, order.whole, &below, &resolutions);
    let missing = missing::missing(order, &failed, &candidates.failures, dropped);
    let bundle = Bundle {
        address: transfer::address_to(keyring, Kind::Bundle, &recipients, order.site, None)?,
        basis: order.basis,
        lock: order.lock,
        index_json: Blob {
            digest: digest_of(Algorithm::Sha256, &index_json),
            size: index_json.len() as u64,
        },
        entries: entries.clone(),
        resolutions: resolutions.clone(),
        missing: missing.clone(),
        volume_payload: None,
    };
    let transfer = volumes::divided(bundle, options.volume_payload)?;
    let envelope = Envelope::bundle(&transfer, keyring, index_json)?;
    let missing = missing
        .into_iter()
        .map(|(subject, why)| (subject, why.text.to_string()))
        .collect();
    Ok(Prepared {
        envelope,
        entries,
        cache,
        resolutions: resolutions
            .into_iter()
            .map(|(reference, pin)| (reference, pin.digest))
            .collect(),
        missing,
    })
}

/// What is ordered, and all that the candidates need.
fn wanted_with(order: &Order<'_>, candidates: &Candidates) -> BTreeMap<Digest, Wanted> {
    let mut wanted = order.wanted.clone();
    for image in candidates.found.values() {
        wanted::add_image(image, &mut wanted);
    }
    wanted
}

fn incomplete(
    order: &Order<'_>,
    wanted: &BTreeMap<Digest, Wanted>,
    candidates: Candidates,
    failures: Vec<(Digest, Failure)>,
) -> BundleFailure {
    let references = candidates.failures.into_iter().map(|(_, failure)| failure);
    let blobs = failures.into_iter().map(|(_, failure)| failure);
    BundleFailure::Incomplete {
        wanted: wanted.len(),
        references: order.asked.len(),
        failures: references.chain(blobs).collect(),
    }
}

impl Prepared<'_> {
    /// Returns the id of the bundle.
    pub fn id(&self) -> TransferId {
        self.envelope.id()
    }

    /// Returns how many blobs it carries.
    pub fn blobs(&self) -> usize {
        self.entries.len()
    }

    /// Returns the bytes of the blobs as they are carried.
    pub fn carried_bytes(&self) -> u64 {
        self.entries
            .iter()
            .fold(0, |sum, entry| sum.saturating_add(entry.payload().size))
    }

    /// Seals the bundle into `out`; returns the output and the length of the sealed file in bytes.
    ///
    /// Reading, sealing and writing go on side by side. What was fetched is made durable
    /// meanwhile, which a slow disk takes long for.
    pub fn write<W: Write + Send>(&self, out: W, run: &Run<'_>) -> Result<(W, u64), Failure> {
        thread::scope(|scope| {
            let synced = scope.spawn(|| self.cache.sync(run.clock));
            let out = Behind::new(scope, Told { out, run });
            let writing = self.envelope.seal_to(out)?;
            let size = writing.sealed_size();
            run.events.event(Event::Step("sealing"));
            run.events.event(Event::Total(size));
            let mut open = |index: usize| self.payload(index);
            let out = writing.write(&mut open, run.cancel)?;
            let told = out.finish().map_err(TransferError::Output)?;
            joined(synced)?;
            Ok((told.out, size))
        })
    }

    /// Returns how many volumes the bundle has; one is a bundle that is not divided.
    pub fn volumes(&self) -> u32 {
        self.envelope.plan().count()
    }

    /// Seals each volume into an output of its own, like [`write`](Self::write).
    pub fn write_volumes<O>(&self, outputs: &mut O, run: &Run<'_>) -> Result<(), Failure>
    where
        O: VolumeOutputs<Out: Send>,
    {
        thread::scope(|scope| {
            let synced = scope.spawn(|| self.cache.sync(run.clock));
            run.events.event(Event::Step("sealing"));
            let size = sealed_size(0, self.envelope.payload_bytes());
            run.events.event(Event::Total(size));
            let mut open = |index: usize| self.payload(index);
            let mut outputs = Outputs {
                scope,
                inner: outputs,
                run,
            };
            self.envelope
                .seal_volumes(&mut outputs, &mut open, run.cancel)?;
            joined(synced)
        })
    }

    fn payload(&self, index: usize) -> Result<Box<dyn io::Read>, Failure> {
        let Some(entry) = self.entries.get(index) else {
            return Ok(Box::new(io::empty()));
        };
        let payload = entry.payload();
        match self.cache.open_blob(&payload.digest)? {
            Some(blob) => Ok(Box::new(blob.into_file())),
            // Taken away since: the size then tells it.
            None => Ok(Box::new(io::empty())),
        }
    }
}

fn joined(synced: ScopedJoinHandle<'_, Result<(), StoreError>>) -> Result<(), Failure> {
    match synced.join() {
        Ok(synced) => Ok(synced?),
        Err(panic) => std::panic::resume_unwind(panic),
    }
}

/// Outputs that are written behind the writer's back, and tell how far they are.
struct Outputs<'scope, 'env, 'a, O> {
    scope: &'scope Scope<'scope, 'env>,
    inner: &'a mut O,
    run: &'scope Run<'scope>,
}

impl<'scope, O> VolumeOutputs for Outputs<'scope, '_, '_, O>
where
    O: VolumeOutputs<Out: Send + 'scope>,
{
    type Out = Behind<'scope, Told<'scope, O::Out>>;

    fn begin(&mut self) -> Result<Self::Out, Failure> {
        let out = self.inner.begin()?;
        let run = self.run;
        Ok(Behind::new(self.scope, Told { out, run }))
    }

    fn end(&mut self, out: Self::Out) -> Result<(), Failure> {
        let told = out.finish().map_err(TransferError::Output)?;
        self.inner.end(told.out)
    }
}

/// An output that tells how far it is.
struct Told<'a, W> {
    out: W,
    run: &'a Run<'a>,
}

impl<W: Write> Write for Told<'_, W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let count = self.out.write(bytes)?;
        let (task, bytes) = (TaskId(0), count as u64);
        self.run.events.event(Event::Advance { task, bytes });
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// How blobs are fetched and carried.
#[derive(Clone, Copy)]
struct How<'a> {
    options: &'a BundleOptions,
    /// Whether those that shrink are carried as zstd.
    encodes: bool,
    run: &'a Run<'a>,
}

type Fetched = (BTreeSet<Digest>, Vec<(Digest, Failure)>);

/// Fetches documents, then blobs; returns what stands below an index, and what could not be had.
fn fetch_all(
    upstream: &dyn Upstream,
    cache: &Cache,
    wanted: &BTreeMap<Digest, Wanted>,
    how: How<'_>,
) -> Result<Fetched, Failure> {
    let run = how.run;
    let bytes = wanted
        .values()
        .fold(0_u64, |sum, one| sum.saturating_add(one.blob.size));
    run.events
        .event(Event::Step(&format!("fetching {} blobs", wanted.len())));
    run.events.event(Event::Total(bytes));
    let (documents, mut blobs): (Vec<_>, Vec<_>) = (0..)
        .map(TaskId)
        .zip(wanted.values())
        .partition(|(_, one)| one.media_type.is_some());
    let mut failures = fetch_group(upstream, cache, &documents, &BTreeMap::new(), how)?;
    let facts = documents::read(cache, documents.iter().map(|(_, one)| *one))?;
    // The longest first, so that no long one is left for one connection in the end.
    blobs.sort_by_key(|(_, one)| Reverse(one.blob.size));
    let mut of_blobs = fetch_group(upstream, cache, &blobs, &facts.urls, how)?;
    of_blobs.sort_by_key(|(digest, _)| *digest);
    failures.extend(of_blobs);
    Ok((facts.below, failures))
}

fn fetch_group(
    upstream: &dyn Upstream,
    cache: &Cache,
    group: &[(TaskId, &Wanted)],
    urls: &BTreeMap<Digest, Vec<String>>,
    how: How<'_>,
) -> Result<Vec<(Digest, Failure)>, Failure> {
    let run = how.run;
    let results = pool::map(how.options.jobs, run.cancel, group, |(task, one)| {
        let label = label(one);
        run.events.event(Event::Begin {
            task: *task,
            label: &label,
            bytes: one.blob.size,
        });
        let urls = urls.get(&one.blob.digest).map_or(&[][..], Vec::as_slice);
        let fetched = fetch::fetch(upstream, cache, one, urls, *task, run);
        run.events.event(Event::End { task: *task });
        run.cancel.check()?;
        if fetched.is_ok() && how.encodes {
            // While others are fetched; `carry` finds what came of it.
            encode::carried(cache, one.blob, run)?;
        }
        Ok(fetched.err().map(|failure| (one.blob.digest, failure)))
    })?;
    Ok(results.into_iter().flatten().collect())
}

fn label(wanted: &Wanted) -> String {
    let image = wanted
        .images
        .first()
        .map(ToString::to_string)
        .unwrap_or_default();
    format!("{} {image}", wanted.blob.digest.short())
}

fn carry(cache: &Cache, blobs: &[Blob], how: How<'_>) -> Result<Vec<Carried>, Failure> {
    if !how.encodes {
        return Ok(blobs.iter().copied().map(Carried::Raw).collect());
    }
    pool::map(how.options.jobs, how.run.cancel, blobs, |blob| {
        encode::carried(cache, *blob, how.run)
    })
}
