//! The data model of a lockfile: sources that ask for images, and images with their closure.

use std::collections::BTreeMap;

use crate::{Descriptor, Digest, MediaType, Platform, Reference};

/// Asks for images: a Dockerfile, a compose project, or a plain list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// Unique in the lock; the path by default, with ` #2` and on where paths repeat.
    pub name: String,
    /// What kind it is, and where.
    pub kind: SourceKind,
    /// The platforms asked for, sorted.
    pub platforms: Vec<Platform>,
    /// The platform that builds run on; none for a plain list.
    pub build_platform: Option<Platform>,
    /// Build arguments that took part in a decision.
    pub args: BTreeMap<String, String>,
    /// Environment variables that took part in a decision.
    pub env: BTreeMap<String, String>,
    /// The stage asked for; empty: the last one; none: all stages.
    pub target: Option<String>,
    /// Named build contexts.
    pub contexts: BTreeMap<String, String>,
    /// Active profiles of a compose project, in the order given.
    pub profiles: Vec<String>,
    /// The services asked for; none: all.
    pub services: Vec<String>,
    /// Environment files, in the order given.
    pub env_files: Vec<String>,
    /// The folder that paths are relative to, if not that of the lock.
    pub root: Option<String>,
}

/// Tells the kinds of source apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SourceKind {
    /// One Dockerfile.
    Dockerfile {
        /// Relative to the root, with `/`.
        path: String,
    },
    /// One compose project.
    Compose {
        /// Its files in order, relative to the root, with `/`.
        files: Vec<String>,
    },
    /// References named on the command line or in `airlock.toml`.
    Images,
}

/// A reference, what it was resolved to, and all that is needed to carry it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Image {
    /// The canonical reference.
    pub reference: Reference,
    /// What the reference named: an index or a manifest. None while it is pending.
    pub pin: Option<Descriptor>,
    /// Names of the sources that ask for it, sorted.
    pub sources: Vec<String>,
    /// The platforms it is needed at, sorted by name.
    pub platforms: Vec<ImagePlatform>,
    /// What refers to it (signatures, SBOMs); written by a later release.
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
    /// ONBUILD triggers of the config that name images.
    pub onbuild: Vec<String>,
    /// The config blob.
    pub config: Blob,
    /// The layer blobs, in the order of the manifest.
    pub layers: Vec<Blob>,
}

/// A blob that a manifest names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Blob {
    /// The digest of its bytes.
    pub digest: Digest,
    /// Its length in bytes.
    pub size: u64,
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

/// A lockfile: what a project's sources need, pinned.
///
/// Always in canonical order, with every rule of `SPEC.md` kept: unique names and references,
/// sources that exist, one size for one digest, limits.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lockfile {
    pub(crate) sources: Vec<Source>,
    pub(crate) images: Vec<Image>,
}

impl Lockfile {
    /// Returns the sources, sorted by name.
    pub fn sources(&self) -> &[Source] {
        &self.sources
    }

    /// Returns the images, sorted by reference.
    pub fn images(&self) -> &[Image] {
        &self.images
    }
}

impl Image {
    /// Tells whether the reference still waits to be resolved.
    pub fn is_pending(&self) -> bool {
        self.pin.is_none()
    }
}
