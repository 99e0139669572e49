//! A lock against a store: what is missing, and how many bytes that is.

use std::collections::BTreeMap;

use lock_format::{Blob, Digest, Image, Lockfile, MediaType, Reference};

/// What a store lacks of a lock.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// Each image, in the order of the lock.
    pub images: Vec<ImagePlan>,
    /// Every missing blob once, sorted by digest.
    pub blobs: Vec<MissingBlob>,
    /// The sums.
    pub totals: Totals,
}

/// What a store lacks of an image.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImagePlan {
    /// The image.
    pub reference: Reference,
    /// Whether it is there.
    pub state: State,
    /// Its blobs that are missing, sorted by digest; other images may need them too.
    pub missing: Vec<Blob>,
    /// Their length, in bytes.
    pub bytes: u64,
}

/// Whether an image is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    /// All its blobs are there.
    Present,
    /// At least one of its blobs is missing.
    Missing,
    /// The lock does not pin it yet, so its blobs are not known.
    Pending,
}

/// A blob that a store lacks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MissingBlob {
    /// Digest and length.
    pub blob: Blob,
    /// The media type, of indexes and manifests; a lock does not know that of other blobs.
    pub media_type: Option<MediaType>,
    /// The images that need it, in the order of the lock.
    pub images: Vec<Reference>,
}

/// The sums of a plan.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// Images that are there.
    pub present: usize,
    /// Images that lack a blob.
    pub missing: usize,
    /// Images that are not pinned.
    pub pending: usize,
    /// Blobs to carry, each counted once.
    pub blobs: usize,
    /// Bytes to carry, each blob counted once.
    pub bytes: u64,
}

/// Tells what a store lacks of a lock; `holds` says whether it has a blob, whole and of that length.
pub fn missing(lock: &Lockfile, holds: impl Fn(&Blob) -> bool) -> Plan {
    let mut found = BTreeMap::new();
    let images: Vec<ImagePlan> = lock
        .images()
        .iter()
        .map(|image| image_plan(image, &holds, &mut found))
        .collect();
    let blobs: Vec<MissingBlob> = found.into_values().collect();
    let count = |state| images.iter().filter(|image| image.state == state).count();
    let totals = Totals {
        present: count(State::Present),
        missing: count(State::Missing),
        pending: count(State::Pending),
        blobs: blobs.len(),
        bytes: sum(blobs.iter().map(|missing| missing.blob.size)),
    };
    Plan {
        images,
        blobs,
        totals,
    }
}

fn image_plan(
    image: &Image,
    holds: &impl Fn(&Blob) -> bool,
    found: &mut BTreeMap<Digest, MissingBlob>,
) -> ImagePlan {
    let missing: Vec<Blob> = image
        .blobs()
        .into_iter()
        .filter(|blob| !holds(blob))
        .collect();
    for blob in &missing {
        let entry = found.entry(blob.digest).or_insert_with(|| MissingBlob {
            blob: *blob,
            media_type: None,
            images: Vec::new(),
        });
        entry.images.push(image.reference.clone());
    }
    for manifest in image.manifests() {
        if let Some(entry) = found.get_mut(&manifest.digest) {
            entry.media_type = Some(manifest.media_type);
        }
    }
    let state = match (image.is_pending(), missing.is_empty()) {
        (true, _) => State::Pending,
        (false, true) => State::Present,
        (false, false) => State::Missing,
    };
    ImagePlan {
        reference: image.reference.clone(),
        state,
        bytes: sum(missing.iter().map(|blob| blob.size)),
        missing,
    }
}

/// Adds lengths; more than 2^64 bytes are told as 2^64 - 1.
pub(super) fn sum(sizes: impl Iterator<Item = u64>) -> u64 {
    sizes.fold(0, u64::saturating_add)
}
