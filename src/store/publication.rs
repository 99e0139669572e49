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

#[cfg(test)]
mod tests {
    use super::*;
    use lock_format::{Blob, ImagePlatform, MediaType, PlatformContent, Reference};

    fn digest(byte: u8) -> Digest {
        Digest::Sha256([byte; 32])
    }

    fn descriptor(byte: u8, media_type: &str) -> Descriptor {
        Descriptor {
            digest: digest(byte),
            size: byte.into(),
            media_type: media_type.parse().unwrap(),
        }
    }

    fn blob(byte: u8) -> Blob {
        Blob {
            digest: digest(byte),
            size: byte.into(),
        }
    }

    fn image(pin: u8) -> Image {
        let content = PlatformContent {
            manifest: descriptor(3, MediaType::OCI_MANIFEST),
            via: vec![descriptor(2, MediaType::OCI_INDEX)],
            onbuild: Vec::new(),
            config: blob(4),
            layers: vec![blob(5), blob(6), blob(5)],
        };
        Image {
            reference: Reference::parse("reg.lan/app:1").unwrap(),
            pin: Some(descriptor(pin, MediaType::OCI_INDEX)),
            sources: Vec::new(),
            platforms: vec![ImagePlatform {
                name: "linux/amd64".parse().unwrap(),
                content: Some(content),
            }],
            referrers: Vec::new(),
        }
    }

    #[test]
    fn an_image_publishes_its_whole_closure() {
        let mut publication = Publication::default();
        assert_eq!(publication.add(&image(1)), None);
        let manifests: Vec<Digest> = publication.catalog.manifests.keys().copied().collect();
        assert_eq!(manifests, [digest(1), digest(2), digest(3)]);
        let blobs: Vec<(Digest, u64)> = publication.blobs.clone().into_iter().collect();
        assert_eq!(blobs, [(digest(4), 4), (digest(5), 5), (digest(6), 6)]);
    }

    #[test]
    fn a_moved_name_tells_what_it_was_and_keeps_it_pullable() {
        let mut publication = Publication::default();
        publication.add(&image(1));
        assert_eq!(publication.add(&image(1)), None);
        let before = publication.add(&image(9)).unwrap();
        assert_eq!(before.digest, digest(1));
        assert!(publication.catalog.manifests.contains_key(&digest(1)));
        let name = &image(1).reference;
        assert_eq!(publication.catalog.names[name].digest, digest(9));
    }

    #[test]
    fn a_pending_image_publishes_nothing() {
        let mut pending = image(1);
        pending.pin = None;
        let mut publication = Publication::default();
        assert_eq!(publication.add(&pending), None);
        assert_eq!(publication, Publication::default());
    }
}
