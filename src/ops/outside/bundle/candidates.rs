//! What pending references name: asked of the registries, with the rules that `airlock lock` has.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

use lock_format::{
    Blob, Descriptor, Digest, Image, ImagePlatform, Platform, Reference, Repository,
};

use super::fetch;
use super::wanted::Wanted;
use super::{BundleOptions, Registries};
use crate::diagnostic::{Code, Failure};
use crate::oci::{BlobBody, RawManifest, Upstream};
use crate::ops::pool;
use crate::ops::project::pin_pending;
use crate::run::{Event, Run, Silent, TaskId};
use crate::store::Cache;

/// What pending references were resolved to, and which could not be.
#[derive(Debug, Default)]
pub(super) struct Candidates {
    /// The image behind each reference, at the platforms asked for.
    pub(super) found: BTreeMap<Reference, Image>,
    /// Why the others could not be resolved.
    pub(super) failures: Vec<(Reference, Failure)>,
}

/// Resolves each reference that is asked for, several at a time.
pub(super) fn resolve(
    asked: &BTreeMap<Reference, BTreeSet<Platform>>,
    registries: Registries<'_>,
    cache: &Cache,
    options: &BundleOptions,
    run: &Run<'_>,
) -> Result<Candidates, Failure> {
    let mut candidates = Candidates::default();
    if asked.is_empty() {
        return Ok(candidates);
    }
    let step = format!("resolving {} pending references", asked.len());
    run.events.event(Event::Step(&step));
    let images: Vec<Image> = asked.iter().map(pending).collect();
    let results = pool::map(options.jobs, run.cancel, &images, |pending| {
        let upstream = Caching {
            registries,
            cache,
            reference: &pending.reference,
            run,
        };
        let pinned = pin_pending(pending, &upstream, *run);
        run.cancel.check()?;
        Ok(pinned.map_err(|failure| (pending.reference.clone(), failure)))
    })?;
    for result in results {
        match result {
            Ok(image) => drop(candidates.found.insert(image.reference.clone(), image)),
            Err(failed) => candidates.failures.push(failed),
        }
    }
    Ok(candidates)
}

fn pending((reference, platforms): (&Reference, &BTreeSet<Platform>)) -> Image {
    let platform = |name: &Platform| ImagePlatform {
        name: name.clone(),
        content: None,
    };
    Image {
        reference: reference.clone(),
        pin: None,
        sources: Vec::new(),
        platforms: platforms.iter().map(platform).collect(),
        referrers: Vec::new(),
    }
}

/// A candidate that cannot be carried whole.
pub(super) struct Incomplete {
    pub(super) code: Code,
    pub(super) text: String,
}

impl Candidates {
    /// Takes out the candidates of which a blob could not be had: one that is not whole is useless to
    /// the inside, which would refuse it.
    pub(super) fn drop_incomplete(
        &mut self,
        failed: &BTreeMap<Digest, &Failure>,
    ) -> BTreeMap<Reference, Incomplete> {
        let mut dropped = BTreeMap::new();
        self.found.retain(|reference, image| {
            let blobs = image.blobs();
            let Some(failure) = blobs.iter().find_map(|blob| failed.get(&blob.digest)) else {
                return true;
            };
            let (code, text) = (failure.facts().code(), failure.to_string());
            dropped.insert(reference.clone(), Incomplete { code, text });
            false
        });
        dropped
    }

    /// Returns what each reference names.
    pub(super) fn resolutions(&self) -> BTreeMap<Reference, Descriptor> {
        let images = self.found.values();
        images
            .filter_map(|image| Some((image.reference.clone(), image.pin.clone()?)))
            .collect()
    }
}

/// The registries, with every config that is read kept in the cache: it is carried afterwards.
struct Caching<'a> {
    registries: Registries<'a>,
    cache: &'a Cache,
    reference: &'a Reference,
    run: &'a Run<'a>,
}

impl Upstream for Caching<'_> {
    fn manifest(&self, reference: &Reference) -> Result<RawManifest, Failure> {
        self.registries.sparing.manifest(reference)
    }

    fn blob(
        &self,
        repository: &Repository,
        blob: &Blob,
        urls: &[String],
        offset: u64,
    ) -> Result<BlobBody<'_>, Failure> {
        let wanted = Wanted {
            blob: *blob,
            media_type: None,
            images: BTreeSet::from([Arc::new(self.reference.clone())]),
        };
        let direct = self.registries.direct;
        let quiet = Run {
            events: &Silent,
            ..*self.run
        };
        fetch::fetch(direct, self.cache, &wanted, urls, TaskId(0), &quiet)?;
        match self.cache.open_blob(&blob.digest)? {
            Some(file) => Ok(BlobBody {
                offset: 0,
                reader: Box::new(file.into_file()),
            }),
            // Taken away since.
            None => direct.blob(repository, blob, urls, offset),
        }
    }
}

impl fmt::Debug for Caching<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Caching")
            .field("reference", &self.reference)
            .finish_non_exhaustive()
    }
}
