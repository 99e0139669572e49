//! An image with everything below it.

use lock_format::{Algorithm, Blob, Descriptor, MediaType};
use serde_json::Value;

use super::layer::Kind;
use crate::oci::digest_of;

/// Whose media types an image is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flavour {
    /// OCI image specification.
    Oci,
    /// Docker, image manifest version 2, schema 2.
    Docker,
}

/// An index, a manifest or an artifact, with all that it names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Image {
    /// What a tag points at.
    pub top: Descriptor,
    /// The bytes of `top`, and of every manifest and index below it.
    pub manifests: Vec<(Descriptor, Vec<u8>)>,
    /// Configs and layers; those of foreign layers are not among them.
    pub blobs: Vec<(Blob, Vec<u8>)>,
}

impl Image {
    /// Starts an image with its topmost manifest or index.
    pub(super) fn new(media_type: &str, document: &Value) -> Self {
        let bytes = document.to_string().into_bytes();
        let top = descriptor(media_type, &bytes);
        Self {
            manifests: vec![(top.clone(), bytes)],
            top,
            blobs: Vec::new(),
        }
    }

    pub(super) fn add_blob(&mut self, bytes: &[u8]) {
        let blob = blob(bytes);
        if !self.blobs.iter().any(|(held, _)| *held == blob) {
            self.blobs.push((blob, bytes.to_vec()));
        }
    }
}

impl Flavour {
    pub(super) fn index(self) -> &'static str {
        match self {
            Self::Oci => MediaType::OCI_INDEX,
            Self::Docker => MediaType::DOCKER_LIST,
        }
    }

    pub(super) fn manifest(self) -> &'static str {
        match self {
            Self::Oci => MediaType::OCI_MANIFEST,
            Self::Docker => MediaType::DOCKER_MANIFEST,
        }
    }

    pub(super) fn config(self) -> &'static str {
        match self {
            Self::Oci => MediaType::OCI_CONFIG,
            Self::Docker => MediaType::DOCKER_CONFIG,
        }
    }

    pub(super) fn layer(self, kind: Kind) -> &'static str {
        match (self, kind) {
            (_, Kind::Zstd) => "application/vnd.oci.image.layer.v1.tar+zstd",
            (Self::Oci, Kind::Plain) => "application/vnd.oci.image.layer.v1.tar",
            (Self::Oci, Kind::Gzip) => "application/vnd.oci.image.layer.v1.tar+gzip",
            (Self::Oci, Kind::Foreign) => {
                "application/vnd.oci.image.layer.nondistributable.v1.tar+gzip"
            }
            (Self::Docker, Kind::Plain) => "application/vnd.docker.image.rootfs.diff.tar",
            (Self::Docker, Kind::Gzip) => "application/vnd.docker.image.rootfs.diff.tar.gzip",
            (Self::Docker, Kind::Foreign) => {
                "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip"
            }
        }
    }
}

pub(super) fn descriptor(media_type: &str, bytes: &[u8]) -> Descriptor {
    let blob = blob(bytes);
    Descriptor {
        digest: blob.digest,
        size: blob.size,
        media_type: media_type
            .parse()
            .expect("the media types of this room are well-formed"),
    }
}

pub(super) fn blob(bytes: &[u8]) -> Blob {
    Blob {
        digest: digest_of(Algorithm::Sha256, bytes),
        size: bytes.len() as u64,
    }
}
