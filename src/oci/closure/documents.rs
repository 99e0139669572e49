//! The documents of an image: what has to be read to check its closure.

use std::collections::BTreeSet;

use lock_format::{Blob, Image, MediaType};

/// A document that an image needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Needed {
    /// Digest and length.
    pub blob: Blob,
    /// What it must be.
    pub role: Role,
}

/// What a document must be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Role {
    /// An index of this media type: the pinned one, or one between it and a manifest.
    Index(MediaType),
    /// A manifest of this media type.
    Manifest(MediaType),
    /// A config; of a container image if its manifest says so.
    Config,
}

/// Lists the documents that an image needs, each once: indexes from the outside in, manifests,
/// configs. Referrers are not part of it; nothing while the image is pending.
pub fn documents(image: &Image) -> Vec<Needed> {
    let pinned = image.pin.iter().filter(|pin| pin.media_type.is_index());
    let between = image.contents().flat_map(|content| &content.via);
    let indexes = pinned.chain(between).map(|index| Needed {
        blob: index.into(),
        role: Role::Index(index.media_type.clone()),
    });
    let manifests = image.contents().map(|content| Needed {
        blob: (&content.manifest).into(),
        role: Role::Manifest(content.manifest.media_type.clone()),
    });
    let configs = image.contents().map(|content| Needed {
        blob: content.config,
        role: Role::Config,
    });
    let mut seen = BTreeSet::new();
    let all = indexes.chain(manifests).chain(configs);
    all.filter(|needed| seen.insert(needed.blob.digest))
        .collect()
}
