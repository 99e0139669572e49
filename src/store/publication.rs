//! What is, or is to be, published.

use std::collections::BTreeMap;

use lock_format::{Descriptor, Digest, Image};

use crate::oci::Catalog;

/// What a store publishes: names, manifests, and the blobs that the manifests name.
///
/// Begin with [`Store::publication`](super::Store::publication), add the images of a lock, and hand
/// it to [`Writer::publish`](super::Writer::publish). All that was published before stays pullable.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Publication {
    /// Names and manifests.
    pub catalog: Catalog,
    /// Configs and layers, with their lengths in bytes.
    pub blobs: BTreeMap<Digest, u64>,
}

impl Publication {
    /// Adds an image of a lock: its name, and what is recorded of each platform.
    ///
    /// Take out platforms that are not complete before. Pending images and referrers add nothing:
    /// their content is not compared with a lock yet. Returns what the name stood for before, where
    /// it moved.
    pub fn add(&mut self, image: &Image) -> Option<Descriptor> {
        let pin = image.pin.as_ref()?;
        self.manifest(pin);
        for content in image.contents() {
            content.via.iter().for_each(|index| self.manifest(index));
            self.manifest(&content.manifest);
            for blob in content.layers.iter().chain([&content.config]) {
                self.blobs.insert(blob.digest, blob.size);
            }
        }
        self.catalog
            .names
            .insert(image.reference.clone(), pin.clone())
            .filter(|before| before.digest != pin.digest)
    }

    fn manifest(&mut self, descriptor: &Descriptor) {
        self.catalog
            .manifests
            .insert(descriptor.digest, descriptor.clone());
    }
}
