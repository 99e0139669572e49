//! Parts that locks of tests are made of.

use lock_format::{
    Blob, Descriptor, Digest, Image, ImagePlatform, MediaType, PlatformContent, Reference, Source,
    SourceKind,
};

/// A digest that is told from others by a number.
pub(crate) fn digest(number: u64) -> Digest {
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&number.to_be_bytes());
    Digest::Sha256(bytes)
}

/// A blob; its size follows from its number, so that a digest never has two.
pub(crate) fn blob(number: u64) -> Blob {
    let (digest, size) = (digest(number), number);
    Blob { digest, size }
}

/// A descriptor of a media type.
pub(crate) fn descriptor(number: u64, media_type: &str) -> Descriptor {
    let Blob { digest, size } = blob(number);
    let media_type = media_type.parse().unwrap();
    Descriptor {
        digest,
        size,
        media_type,
    }
}

/// A plain list for linux/amd64.
pub(crate) fn list(name: &str) -> Source {
    let platforms = vec!["linux/amd64".parse().unwrap()];
    Source::new(name, SourceKind::Images, platforms)
}

/// A pending image of the list `images`, for linux/amd64.
pub(crate) fn pending(reference: &str) -> Image {
    Image {
        reference: Reference::parse(reference).unwrap(),
        pin: None,
        sources: vec!["images".to_owned()],
        platforms: vec![ImagePlatform {
            name: "linux/amd64".parse().unwrap(),
            content: None,
        }],
        referrers: Vec::new(),
    }
}

/// The same image, pinned to an index that lists one manifest.
pub(crate) fn pinned(reference: &str, first: u64, layers: &[u64]) -> Image {
    let mut image = pending(reference);
    image.pin = Some(descriptor(first, MediaType::OCI_INDEX));
    image.platforms[0].content = Some(PlatformContent {
        manifest: descriptor(first + 1, MediaType::OCI_MANIFEST),
        via: Vec::new(),
        onbuild: Vec::new(),
        config: blob(first + 2),
        layers: layers.iter().copied().map(blob).collect(),
    });
    image
}
