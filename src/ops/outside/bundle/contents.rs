//! The order of a bundle's entries, and its `index.json`.

use std::collections::{BTreeMap, BTreeSet};

use lock_format::{Descriptor, Digest, Lockfile, Reference};

use super::wanted::Wanted;
use crate::wire::{Carried, index_json};

/// Puts documents first, so that a reader can check them before it takes a layer; each group is
/// sorted by digest, so that the same request gives the same payload.
pub(super) fn in_order(wanted: &BTreeMap<Digest, Wanted>, carried: Vec<Carried>) -> Vec<Carried> {
    let mut entries = carried;
    entries.sort_by_key(|entry| {
        let digest = entry.content().digest;
        let document = wanted
            .get(&digest)
            .is_some_and(|wanted| wanted.media_type.is_some());
        (!document, digest)
    });
    entries
}

/// Names the images of the layout: as the lock says, else the documents that stand at the top; and
/// what pending references were resolved to.
pub(super) fn index(
    wanted: &BTreeMap<Digest, Wanted>,
    lockfile: Option<&Lockfile>,
    below: &BTreeSet<Digest>,
    resolutions: &BTreeMap<Reference, Descriptor>,
) -> Vec<u8> {
    let mut names = match lockfile {
        Some(lockfile) => lockfile
            .images()
            .iter()
            .filter_map(|image| Some((image.reference.clone(), image.pin.clone()?)))
            .collect(),
        None => tops(wanted, below),
    };
    names.extend(resolutions.clone());
    index_json(names.iter())
}

/// Each image's document that no other wanted document names.
fn tops(
    wanted: &BTreeMap<Digest, Wanted>,
    below: &BTreeSet<Digest>,
) -> BTreeMap<Reference, Descriptor> {
    let mut found = BTreeMap::new();
    for one in wanted
        .values()
        .filter(|one| !below.contains(&one.blob.digest))
    {
        let Some(media_type) = &one.media_type else {
            continue;
        };
        for image in &one.images {
            let descriptor = Descriptor {
                digest: one.blob.digest,
                size: one.blob.size,
                media_type: media_type.clone(),
            };
            found.insert((**image).clone(), descriptor);
        }
    }
    found
}
