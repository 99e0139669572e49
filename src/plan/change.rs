//! A lock against a later one: what changed, and which blobs are new.

use std::collections::{BTreeMap, BTreeSet};

use lock_format::{Blob, Digest, Image, Lockfile, Platform, Reference};

use super::missing::sum;

/// What a later lock has otherwise than an earlier one. All lists are in the order of the lock.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Change {
    /// Images that only the later lock has.
    pub added: Vec<Reference>,
    /// Images that only the earlier lock has.
    pub removed: Vec<Reference>,
    /// Images that are pinned to something else.
    pub moved: Vec<Moved>,
    /// Images of both locks that are needed at other platforms.
    pub platforms: Vec<PlatformChange>,
    /// Blobs that only the later lock needs, each once, sorted by digest.
    pub blobs: Vec<Blob>,
    /// Their length, in bytes.
    pub bytes: u64,
}

/// An image that is pinned to something else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moved {
    /// The image.
    pub reference: Reference,
    /// What it was pinned to; none: it was pending.
    pub from: Option<Digest>,
    /// What it is pinned to; none: it is pending.
    pub to: Option<Digest>,
}

/// An image that is needed at other platforms.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlatformChange {
    /// The image.
    pub reference: Reference,
    /// Platforms that only the later lock has.
    pub added: Vec<Platform>,
    /// Platforms that only the earlier lock has.
    pub removed: Vec<Platform>,
}

impl Change {
    /// Tells whether both locks carry the same images at the same platforms.
    pub fn is_empty(&self) -> bool {
        self.added.is_empty()
            && self.removed.is_empty()
            && self.moved.is_empty()
            && self.platforms.is_empty()
            && self.blobs.is_empty()
    }
}

/// Tells what `new` has otherwise than `old`.
pub fn change(old: &Lockfile, new: &Lockfile) -> Change {
    let (before, after) = (by_reference(old), by_reference(new));
    let held: BTreeSet<Digest> = blobs(old).into_keys().collect();
    let mut added_blobs = blobs(new);
    added_blobs.retain(|digest, _| !held.contains(digest));
    let pairs = new.images().iter().filter_map(|image| {
        let earlier = before.get(&image.reference)?;
        Some((*earlier, image))
    });
    Change {
        added: only_in(new, &before),
        removed: only_in(old, &after),
        moved: pairs
            .clone()
            .filter_map(|(old, new)| moved(old, new))
            .collect(),
        platforms: pairs
            .filter_map(|(old, new)| platform_change(old, new))
            .collect(),
        bytes: sum(added_blobs.values().map(|blob| blob.size)),
        blobs: added_blobs.into_values().collect(),
    }
}

fn by_reference(lock: &Lockfile) -> BTreeMap<&Reference, &Image> {
    let images = lock.images().iter();
    images.map(|image| (&image.reference, image)).collect()
}

fn blobs(lock: &Lockfile) -> BTreeMap<Digest, Blob> {
    let blobs = lock.images().iter().flat_map(Image::blobs);
    blobs.map(|blob| (blob.digest, blob)).collect()
}

fn only_in(lock: &Lockfile, other: &BTreeMap<&Reference, &Image>) -> Vec<Reference> {
    let references = lock.images().iter().map(|image| &image.reference);
    let strangers = references.filter(|reference| !other.contains_key(reference));
    strangers.cloned().collect()
}

fn moved(old: &Image, new: &Image) -> Option<Moved> {
    let pinned = |image: &Image| image.pin.as_ref().map(|pin| pin.digest);
    let (from, to) = (pinned(old), pinned(new));
    (from != to).then(|| Moved {
        reference: new.reference.clone(),
        from,
        to,
    })
}

fn platform_change(old: &Image, new: &Image) -> Option<PlatformChange> {
    let only = |image: &Image, other: &Image| -> Vec<Platform> {
        let names = image.platforms.iter().map(|platform| &platform.name);
        let has = |name: &Platform| other.platforms.iter().any(|there| there.name == *name);
        names.filter(|name| !has(name)).cloned().collect()
    };
    let (added, removed) = (only(new, old), only(old, new));
    (!added.is_empty() || !removed.is_empty()).then(|| PlatformChange {
        reference: new.reference.clone(),
        added,
        removed,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::testing::{blob, lock, pending, pinned, reference};
    use lock_format::{Descriptor, MediaType, Referrer};

    const AMD64: &[&str] = &["linux/amd64"];

    #[test]
    fn equal_locks_do_not_differ() {
        let one = lock(vec![pinned("one", &["a"], AMD64, 10, &[50])]);
        let change = change(&one, &one.clone());
        assert!(change.is_empty(), "{change:?}");
    }

    #[test]
    fn each_way_to_differ_is_told_with_both_sides() {
        let old = lock(vec![
            pinned("gone", &["a"], AMD64, 10, &[50]),
            pinned("moved", &["a"], AMD64, 20, &[50]),
            pending("resolved", &["a"], AMD64),
            pinned("wider", &["a"], AMD64, 40, &[50]),
        ]);
        let new = lock(vec![
            pinned("fresh", &["a"], AMD64, 60, &[50, 51]),
            pinned("moved", &["a"], AMD64, 70, &[50]),
            pinned("resolved", &["a"], AMD64, 80, &[51]),
            pinned("wider", &["a"], &["linux/arm64"], 40, &[50]),
        ]);
        let moved = |name: &str, from: Option<u64>, to: u64| Moved {
            reference: reference(name),
            from: from.map(|number| blob(number).digest),
            to: Some(blob(to).digest),
        };
        let expected = Change {
            added: vec![reference("fresh")],
            removed: vec![reference("gone")],
            moved: vec![moved("moved", Some(20), 70), moved("resolved", None, 80)],
            platforms: vec![PlatformChange {
                reference: reference("wider"),
                added: vec!["linux/arm64".parse().unwrap()],
                removed: vec!["linux/amd64".parse().unwrap()],
            }],
            blobs: [51, 60, 61, 62, 70, 71, 72, 80, 81, 82].map(blob).to_vec(),
            bytes: 51 + 60 + 61 + 62 + 70 + 71 + 72 + 80 + 81 + 82,
        };
        assert_eq!(change(&old, &new), expected);
    }

    #[test]
    fn one_thing_that_differs_is_enough() {
        let one = || pinned("one", &["a"], AMD64, 10, &[50]);
        let base = lock(vec![one()]);
        let mut signed = one();
        signed.referrers = vec![Referrer {
            manifest: Descriptor {
                digest: blob(90).digest,
                size: 90,
                media_type: MediaType::OCI_MANIFEST.parse().unwrap(),
            },
            artifact_type: "application/spdx+json".parse().unwrap(),
            config: blob(91),
            layers: Vec::new(),
        }];
        for images in [
            vec![one(), pending("two", &["a"], AMD64)],
            vec![],
            vec![pending("one", &["a"], AMD64)],
            vec![signed],
            vec![pinned(
                "one",
                &["a"],
                &["linux/amd64", "linux/arm64"],
                10,
                &[50],
            )],
        ] {
            assert!(
                !change(&base, &lock(images.clone())).is_empty(),
                "{images:?}"
            );
        }
    }
}
