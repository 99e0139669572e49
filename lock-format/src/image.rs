//! An image of a lock, with its closure.

use std::collections::BTreeMap;

use crate::{Blob, Descriptor, MediaType, Platform, Reference};

/// A reference, what it was resolved to, and all that is needed to carry it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Image {
    /// The canonical reference.
    pub reference: Reference,
    /// What the reference named: an index or a manifest. None while it is pending.
    pub pin: Option<Descriptor>,
    /// Names of the sources that ask for it, sorted; at least one.
    pub sources: Vec<String>,
    /// The platforms it is needed at, sorted by their text; at least one.
    pub platforms: Vec<ImagePlatform>,
    /// What refers to it (signatures, SBOMs), sorted by digest; written by a later release.
    pub referrers: Vec<Referrer>,
}

/// An image at one platform.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImagePlatform {
    /// The platform.
    pub name: Platform,
    /// What is carried for it; none while the image is pending.
    pub content: Option<PlatformContent>,
}

/// The closure of one manifest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlatformContent {
    /// The manifest.
    pub manifest: Descriptor,
    /// Indexes between the pinned index and the manifest, outermost first; mostly none.
    pub via: Vec<Descriptor>,
    /// ONBUILD triggers of the config that name images, in its order.
    pub onbuild: Vec<String>,
    /// The config blob.
    pub config: Blob,
    /// The layer blobs, in the order of the manifest.
    pub layers: Vec<Blob>,
}

/// A manifest that refers to an image. Specified now, written by a later release.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Referrer {
    /// The referring manifest.
    pub manifest: Descriptor,
    /// What kind of artifact it is.
    pub artifact_type: MediaType,
    /// Its config blob.
    pub config: Blob,
    /// Its layer blobs, in order.
    pub layers: Vec<Blob>,
}

impl Image {
    /// Tells whether the reference still waits to be resolved.
    pub fn is_pending(&self) -> bool {
        self.pin.is_none()
    }

    /// Returns every blob that the image needs, each once, sorted by digest: the pin, indexes
    /// between, manifests, configs, layers, and those of its referrers. None while it is pending.
    pub fn blobs(&self) -> Vec<Blob> {
        let mut blobs: BTreeMap<_, _> = BTreeMap::new();
        self.each_blob(&mut |blob| {
            blobs.insert(blob.digest, blob);
        });
        blobs.into_values().collect()
    }

    /// Returns the descriptors of the indexes and manifests that the image needs, each once,
    /// sorted by digest: what is served by digest as a manifest.
    pub fn manifests(&self) -> Vec<Descriptor> {
        let contents = self.contents();
        let mut found: Vec<Descriptor> = self
            .pin
            .iter()
            .chain(contents.flat_map(|content| content.via.iter().chain([&content.manifest])))
            .chain(self.referrers.iter().map(|referrer| &referrer.manifest))
            .cloned()
            .collect();
        found.sort();
        found.dedup();
        found
    }

    /// Returns the content of each platform, in order; nothing while the image is pending.
    pub fn contents(&self) -> impl Iterator<Item = &PlatformContent> {
        self.platforms
            .iter()
            .filter_map(|platform| platform.content.as_ref())
    }

    fn each_blob(&self, take: &mut dyn FnMut(Blob)) {
        self.pin.iter().for_each(|pin| take(pin.into()));
        for content in self.contents() {
            content.via.iter().for_each(|index| take(index.into()));
            take((&content.manifest).into());
            take(content.config);
            content.layers.iter().for_each(|layer| take(*layer));
        }
        for referrer in &self.referrers {
            take((&referrer.manifest).into());
            take(referrer.config);
            referrer.layers.iter().for_each(|layer| take(*layer));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Digest;

    fn digest(byte: u8) -> Digest {
        Digest::Sha256([byte; 32])
    }

    fn descriptor(byte: u8, media_type: &str) -> Descriptor {
        Descriptor {
            digest: digest(byte),
            size: 10,
            media_type: media_type.parse().unwrap(),
        }
    }

    fn blob(byte: u8) -> Blob {
        Blob {
            digest: digest(byte),
            size: 10,
        }
    }

    fn platform(name: &str, manifest: u8, layers: &[u8]) -> ImagePlatform {
        ImagePlatform {
            name: name.parse().unwrap(),
            content: Some(PlatformContent {
                manifest: descriptor(manifest, MediaType::OCI_MANIFEST),
                via: vec![descriptor(2, MediaType::OCI_INDEX)],
                onbuild: Vec::new(),
                config: blob(3),
                layers: layers.iter().copied().map(blob).collect(),
            }),
        }
    }

    #[test]
    fn blobs_and_manifests_are_whole_unique_and_sorted() {
        let image = Image {
            reference: Reference::parse("a").unwrap(),
            pin: Some(descriptor(9, MediaType::OCI_INDEX)),
            sources: Vec::new(),
            platforms: vec![
                platform("linux/amd64", 5, &[7, 6, 7]),
                platform("linux/arm64", 4, &[6]),
            ],
            referrers: vec![Referrer {
                manifest: descriptor(8, MediaType::OCI_MANIFEST),
                artifact_type: "a/b".parse().unwrap(),
                config: blob(1),
                layers: vec![blob(10)],
            }],
        };
        let digests = |list: Vec<u8>| list.into_iter().map(digest).collect::<Vec<_>>();
        let blobs: Vec<Digest> = image.blobs().iter().map(|blob| blob.digest).collect();
        assert_eq!(blobs, digests((1..=10).collect()));
        let manifests: Vec<Digest> = image.manifests().iter().map(|d| d.digest).collect();
        assert_eq!(manifests, digests(vec![2, 4, 5, 8, 9]));
    }
}
