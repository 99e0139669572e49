//! A manifest: one config and its layers (OCI image specification, manifest.md; Docker schema 2).

use std::collections::BTreeMap;

use lock_format::{Descriptor, MediaType};

use super::wire::{DescriptorWire, DocumentWire, optional_media_type};
use super::{DocumentError, Layer};
use crate::run::limits::LAYERS;

/// A manifest: one config and its layers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Manifest {
    /// Its media type, as it says or as it was promised.
    pub media_type: MediaType,
    /// What kind of artifact it is, if not a container image.
    pub artifact_type: Option<MediaType>,
    /// Its config; of a container image if [`MediaType::is_image_config`].
    pub config: Descriptor,
    /// Its layers, in order.
    pub layers: Vec<Layer>,
    /// What it refers to.
    pub subject: Option<Descriptor>,
    /// Its annotations.
    pub annotations: BTreeMap<String, String>,
}

impl Manifest {
    pub(super) fn new(wire: DocumentWire, media_type: MediaType) -> Result<Self, DocumentError> {
        let layers = wire.layers.unwrap_or_default();
        if layers.len() > LAYERS {
            let (what, most) = ("layers", LAYERS);
            return Err(DocumentError::TooMany { what, most });
        }
        let config = wire.config.map(|config| config.descriptor("config"));
        let missing = || DocumentError::malformed("manifest", "it has no `config`");
        let subject = wire.subject.map(|subject| subject.descriptor("subject"));
        Ok(Self {
            media_type,
            artifact_type: optional_media_type(wire.artifact_type.as_deref(), "manifest")?,
            config: config.transpose()?.ok_or_else(missing)?,
            layers: layers.into_iter().map(layer).collect::<Result<_, _>>()?,
            subject: subject.transpose()?,
            annotations: wire.annotations.unwrap_or_default(),
        })
    }
}

fn layer(wire: DescriptorWire) -> Result<Layer, DocumentError> {
    Ok(Layer {
        descriptor: wire.descriptor("layer")?,
        urls: wire.urls.unwrap_or_default(),
    })
}
