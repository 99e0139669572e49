//! What a bundle has to hold: the wants of the request, or the whole closure of its lock.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use lock_format::{Blob, Digest, Image, Lockfile, MediaType, Reference, Repository};

use crate::wire::{Request, Want};

/// A blob to be carried.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Wanted {
    /// What it is.
    pub(super) blob: Blob,
    /// Set for manifests and indexes, which registries keep apart from blobs.
    pub(super) media_type: Option<MediaType>,
    /// The images that need it.
    pub(super) images: BTreeSet<Arc<Reference>>,
}

impl Wanted {
    /// Returns the repositories that may have it, each once.
    pub(super) fn repositories(&self) -> BTreeSet<&Repository> {
        let images = self.images.iter();
        images.map(|image| image.repository()).collect()
    }
}

/// Takes what a request asks for.
pub(super) fn of_request(request: &Request) -> BTreeMap<Digest, Wanted> {
    request
        .want
        .iter()
        .map(|(digest, want)| (*digest, wanted(*digest, want)))
        .collect()
}

fn wanted(digest: Digest, want: &Want) -> Wanted {
    Wanted {
        blob: Blob {
            digest,
            size: want.size,
        },
        media_type: want.media_type.clone(),
        images: want.images.clone(),
    }
}

/// Takes all that a lock names, for a complete bundle.
pub(super) fn of_lock(lockfile: &Lockfile) -> BTreeMap<Digest, Wanted> {
    let mut all: BTreeMap<Digest, Wanted> = BTreeMap::new();
    for image in lockfile.images() {
        add_image(image, &mut all);
    }
    all
}

/// Adds all that a pinned image needs.
pub(super) fn add_image(image: &Image, all: &mut BTreeMap<Digest, Wanted>) {
    let reference = Arc::new(image.reference.clone());
    for blob in image.blobs() {
        all.entry(blob.digest)
            .or_insert_with(|| Wanted {
                blob,
                media_type: None,
                images: BTreeSet::new(),
            })
            .images
            .insert(Arc::clone(&reference));
    }
    for manifest in image.manifests() {
        if let Some(wanted) = all.get_mut(&manifest.digest) {
            wanted.media_type = Some(manifest.media_type);
        }
    }
}
