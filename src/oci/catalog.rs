//! What a store publishes and what it holds.

use std::collections::BTreeMap;

use lock_format::{Blob, Descriptor, Digest, Reference};

/// What a store publishes: names, and every digest that may be pulled as a manifest.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Catalog {
    /// What each name stands for now. A name is a full canonical reference: by tag, by digest, or both.
    pub names: BTreeMap<Reference, Descriptor>,
    /// Every manifest and index of an applied lock, also those that no name stands for any more.
    pub manifests: BTreeMap<Digest, Descriptor>,
}

/// What a store holds: its catalog and the blobs that are whole and verified.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Inventory {
    /// What is published.
    pub catalog: Catalog,
    /// Length of each blob that is whole and verified; manifests and indexes are blobs too.
    pub blobs: BTreeMap<Digest, u64>,
}

impl Inventory {
    /// Tells whether the blob is there, whole and of the length that is asked.
    pub fn holds(&self, blob: &Blob) -> bool {
        self.blobs.get(&blob.digest) == Some(&blob.size)
    }
}
