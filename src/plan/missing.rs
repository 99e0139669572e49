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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::testing::{blob, lock, pending, pinned, reference};

    /// Two images that share layer 50, one of them at two platforms, and a pending one.
    fn sample() -> Lockfile {
        lock(vec![
            pinned(
                "one",
                &["a"],
                &["linux/amd64", "linux/arm64"],
                10,
                &[50, 51],
            ),
            pinned("two", &["a"], &["linux/amd64"], 20, &[50]),
            pending("three", &["a"], &["linux/amd64"]),
        ])
    }

    fn missing_numbers(plan: &Plan) -> Vec<u64> {
        plan.blobs.iter().map(|missing| missing.blob.size).collect()
    }

    #[test]
    fn an_empty_store_lacks_every_blob_once() {
        let plan = missing(&sample(), |_| false);
        assert_eq!(missing_numbers(&plan), [10, 11, 12, 20, 21, 22, 50, 51]);
        let totals = Totals {
            present: 0,
            missing: 2,
            pending: 1,
            blobs: 8,
            bytes: 10 + 11 + 12 + 20 + 21 + 22 + 50 + 51,
        };
        assert_eq!(plan.totals, totals);
        let states: Vec<_> = plan.images.iter().map(|i| (i.state, i.bytes)).collect();
        assert_eq!(
            states,
            [
                (State::Missing, 10 + 11 + 12 + 50 + 51),
                (State::Pending, 0),
                (State::Missing, 20 + 21 + 22 + 50),
            ]
        );
    }

    #[test]
    fn a_full_store_lacks_nothing() {
        let plan = missing(&sample(), |_| true);
        assert!(plan.blobs.is_empty());
        let totals = Totals {
            present: 2,
            pending: 1,
            ..Totals::default()
        };
        assert_eq!(plan.totals, totals);
    }

    #[test]
    fn only_what_is_missing_is_carried_and_it_names_who_needs_it() {
        let plan = missing(&sample(), |held| ![21, 50].contains(&held.size));
        assert_eq!(missing_numbers(&plan), [21, 50]);
        let needed: Vec<_> = plan
            .blobs
            .iter()
            .map(|missing| {
                (
                    missing.media_type.as_ref().map(MediaType::as_str),
                    &missing.images[..],
                )
            })
            .collect();
        let (one, two) = (reference("one"), reference("two"));
        assert_eq!(
            needed,
            [
                (Some(MediaType::OCI_MANIFEST), &[two.clone()][..]),
                (None, &[one, two][..]),
            ]
        );
        let of_images: Vec<&[Blob]> = plan.images.iter().map(|i| &i.missing[..]).collect();
        assert_eq!(of_images, [&[blob(50)][..], &[], &[blob(21), blob(50)][..]]);
    }

    #[test]
    fn lengths_add_up_without_overflow() {
        assert_eq!(sum([u64::MAX, 1].into_iter()), u64::MAX);
    }
}
