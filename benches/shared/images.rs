//! Images of a large lock.

use lock_format::{
    Blob, Descriptor, Image, ImagePlatform, MediaType, Platform, PlatformContent, Reference,
};

/// Layers of an image at a platform.
const LAYERS: usize = 8;
/// Blobs of an image at a platform: its manifest, its config, its layers.
const BLOBS: usize = LAYERS + 2;

/// Makes the image of a number with the tag `1`. `blob` gives the content of each number; those of
/// two images differ.
pub(crate) fn image(
    name: &str,
    number: usize,
    sources: Vec<String>,
    platforms: &[Platform],
    blob: &dyn Fn(usize) -> Blob,
) -> Image {
    let first = number * (1 + platforms.len() * BLOBS);
    let at = platforms.iter().enumerate().map(|(nth, platform)| {
        let first = first + 1 + nth * BLOBS;
        ImagePlatform {
            name: platform.clone(),
            content: Some(content(first, blob)),
        }
    });
    Image {
        reference: Reference::parse(&format!("{name}:1")).unwrap(),
        pin: Some(descriptor(blob(first), MediaType::OCI_INDEX)),
        sources,
        platforms: at.collect(),
        referrers: Vec::new(),
    }
}

fn content(first: usize, blob: &dyn Fn(usize) -> Blob) -> PlatformContent {
    PlatformContent {
        manifest: descriptor(blob(first), MediaType::OCI_MANIFEST),
        via: Vec::new(),
        onbuild: Vec::new(),
        config: blob(first + 1),
        layers: (2..BLOBS).map(|nth| blob(first + nth)).collect(),
    }
}

fn descriptor(blob: Blob, media_type: &str) -> Descriptor {
    Descriptor {
        digest: blob.digest,
        media_type: media_type.parse().unwrap(),
        size: blob.size,
    }
}
