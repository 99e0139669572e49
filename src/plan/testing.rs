//! Locks of tests, told in a few words.

use lock_format::{
    Blob, Descriptor, Digest, Image, ImagePlatform, Lockfile, MediaType, PlatformContent,
    Reference, Source, SourceKind,
};

/// A blob of `number` bytes, told from others by that number.
pub(super) fn blob(number: u64) -> Blob {
    let mut bytes = [0; 32];
    for (to, from) in bytes.iter_mut().zip(number.to_be_bytes()) {
        *to = from;
    }
    Blob {
        digest: Digest::Sha256(bytes),
        size: number,
    }
}

/// A reference.
pub(super) fn reference(text: &str) -> Reference {
    Reference::parse(text).expect("a reference")
}

/// A Dockerfile for some platforms.
pub(super) fn source(name: &str, platforms: &[&str]) -> Source {
    let platform = |name: &&str| name.parse().expect("a platform");
    let path = "Dockerfile".to_owned();
    let platforms = platforms.iter().map(platform).collect();
    Source {
        build_platform: Some("linux/amd64".parse().expect("a platform")),
        ..Source::new(name, SourceKind::Dockerfile { path }, platforms)
    }
}

/// A pending image.
pub(super) fn pending(name: &str, sources: &[&str], platforms: &[&str]) -> Image {
    let named = |name: &&str| ImagePlatform {
        name: name.parse().expect("a platform"),
        content: None,
    };
    Image {
        reference: reference(name),
        pin: None,
        sources: sources.iter().map(ToString::to_string).collect(),
        platforms: platforms.iter().map(named).collect(),
        referrers: Vec::new(),
    }
}

/// An image pinned to an index; its manifest is the next number, its config the one behind it, the
/// same for each platform.
pub(super) fn pinned(
    name: &str,
    sources: &[&str],
    platforms: &[&str],
    index: u64,
    layers: &[u64],
) -> Image {
    let descriptor = |number: u64, media_type: &str| Descriptor {
        digest: blob(number).digest,
        size: number,
        media_type: media_type.parse().expect("a media type"),
    };
    let mut image = pending(name, sources, platforms);
    image.pin = Some(descriptor(index, MediaType::OCI_INDEX));
    for platform in &mut image.platforms {
        platform.content = Some(PlatformContent {
            manifest: descriptor(index + 1, MediaType::OCI_MANIFEST),
            via: Vec::new(),
            onbuild: Vec::new(),
            config: blob(index + 2),
            layers: layers.iter().copied().map(blob).collect(),
        });
    }
    image
}

/// A lock of Dockerfiles `a` and `b`.
pub(super) fn lock(images: Vec<Image>) -> Lockfile {
    let sources = ["a", "b"].map(|name| source(name, &["linux/amd64", "linux/arm64"]));
    Lockfile::new(sources.to_vec(), images).expect("a lock")
}
