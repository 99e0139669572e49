//! An index (OCI image specification, image-index.md) or Docker manifest list.

use std::collections::BTreeMap;

use lock_format::{Descriptor, MediaType, Platform};

use super::DocumentError;
use super::wire::{DescriptorWire, DocumentWire, optional_media_type};
use crate::run::limits::INDEX_CHILDREN;

/// An index: the same image at several platforms, or several artifacts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Index {
    /// Its media type, as it says or as it was promised.
    pub media_type: MediaType,
    /// What kind of artifact it is.
    pub artifact_type: Option<MediaType>,
    /// What it lists, in its order.
    pub manifests: Vec<Child>,
    /// What it refers to.
    pub subject: Option<Descriptor>,
    /// Its annotations.
    pub annotations: BTreeMap<String, String>,
}

/// What an index lists: a manifest or another index.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Child {
    /// What identifies its bytes.
    pub descriptor: Descriptor,
    /// What it runs on, normalised; `unknown/unknown` of an attestation; none where it names
    /// neither system nor architecture.
    pub platform: Option<Platform>,
    /// What kind of artifact it is.
    pub artifact_type: Option<MediaType>,
    /// Its annotations.
    pub annotations: BTreeMap<String, String>,
}

impl Index {
    pub(super) fn new(wire: DocumentWire, media_type: MediaType) -> Result<Self, DocumentError> {
        let children = wire.manifests.unwrap_or_default();
        if children.len() > INDEX_CHILDREN {
            let (what, most) = ("manifests", INDEX_CHILDREN);
            return Err(DocumentError::TooMany { what, most });
        }
        let subject = wire.subject.map(|subject| subject.descriptor("subject"));
        Ok(Self {
            media_type,
            artifact_type: optional_media_type(wire.artifact_type.as_deref(), "index")?,
            manifests: children
                .into_iter()
                .map(Child::new)
                .collect::<Result<_, _>>()?,
            subject: subject.transpose()?,
            annotations: wire.annotations.unwrap_or_default(),
        })
    }
}

impl Child {
    fn new(wire: DescriptorWire) -> Result<Self, DocumentError> {
        let what = "entry of the index";
        Ok(Self {
            descriptor: wire.descriptor(what)?,
            platform: wire.platform.and_then(|platform| platform.platform()),
            artifact_type: optional_media_type(wire.artifact_type.as_deref(), what)?,
            annotations: wire.annotations.unwrap_or_default(),
        })
    }
}
