//! How a document differs from the lock.

use lock_format::{Descriptor, Digest, MediaType, Platform};

use crate::diagnostic::{Class, Code, Diagnose};
use crate::oci::codes;

/// How a document differs from the lock.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ClosureError {
    /// An index that the image does not have.
    #[error("the lock does not name the index {0} for this image")]
    StrangeIndex(Digest),
    /// An index that does not list what the lock says it does.
    #[error("the index {index} does not list {digest}, which the lock has for {platform}")]
    NotListed {
        /// The index.
        index: Digest,
        /// What it should list.
        digest: Digest,
        /// For which platform.
        platform: Box<Platform>,
    },
    /// An index that lists it with another size, media type or platform.
    #[error(
        "the index {index} lists {digest} for {platform} otherwise than the lock: {difference}"
    )]
    ListedOtherwise {
        /// The index.
        index: Digest,
        /// What it lists.
        digest: Digest,
        /// For which platform of the lock.
        platform: Box<Platform>,
        /// What differs.
        difference: Box<Difference>,
    },
    /// A document of another media type than the lock says.
    #[error("{digest} is {found}, and the lock says {locked}")]
    MediaType {
        /// The document.
        digest: Digest,
        /// What the lock says.
        locked: MediaType,
        /// What it is.
        found: MediaType,
    },
    /// A manifest with another config than the lock says.
    #[error("the manifest {manifest} has another config than the lock says: {}", found.digest)]
    Config {
        /// The manifest.
        manifest: Digest,
        /// What it names.
        found: Descriptor,
    },
    /// A manifest with another number of layers than the lock says.
    #[error("the manifest {manifest} has {found} layers, and the lock says {locked}")]
    LayerCount {
        /// The manifest.
        manifest: Digest,
        /// How many the lock says.
        locked: usize,
        /// How many it has.
        found: usize,
    },
    /// A manifest with another layer than the lock says.
    #[error("layer {number} of the manifest {manifest} is another one than the lock says: {}", found.digest)]
    Layer {
        /// The manifest.
        manifest: Digest,
        /// Which layer, from 1.
        number: usize,
        /// What it names.
        found: Descriptor,
    },
    /// A config for another platform than the lock says.
    #[error("the config {config} is for {found}, and the lock says {locked}")]
    Platform {
        /// The config.
        config: Digest,
        /// What the lock says.
        locked: Platform,
        /// What it is for.
        found: Box<Platform>,
    },
    /// A config that knows another number of layers than its manifest has.
    #[error("the config {config} knows {found} layers, and its manifest has {layers}")]
    DiffIds {
        /// The config.
        config: Digest,
        /// How many layers the manifest has.
        layers: usize,
        /// How many the config knows.
        found: usize,
    },
}

/// What differs between an entry of an index and the lock.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Difference {
    /// The length.
    #[error("{found} bytes instead of {locked}")]
    Size {
        /// In the lock.
        locked: u64,
        /// In the index.
        found: u64,
    },
    /// The media type.
    #[error("{found} instead of {locked}")]
    MediaType {
        /// In the lock.
        locked: MediaType,
        /// In the index.
        found: MediaType,
    },
    /// The platform.
    #[error("the platform {0}")]
    Platform(Platform),
}

impl Diagnose for ClosureError {
    fn code(&self) -> Code {
        codes::NOT_AS_LOCKED
    }

    fn class(&self) -> Class {
        Class::Verification
    }

    fn help(&self) -> Option<String> {
        Some(
            "run `airlock lock --upgrade-image` for this image, review the lock, and bundle again"
                .to_owned(),
        )
    }
}
