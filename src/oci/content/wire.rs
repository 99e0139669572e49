//! The JSON of documents as written; only what is needed of it.
//!
//! `null` counts as left out, as it does to Go.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use lock_format::{Descriptor, Digest, DigestError, MediaType, MediaTypeError, Platform};
use serde::Deserialize;

use super::DocumentError;
use crate::oci::digest_of;
use crate::run::limits::INTEGER;

/// A manifest or an index.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct DocumentWire {
    pub(super) schema_version: Option<u64>,
    pub(super) media_type: Option<String>,
    pub(super) artifact_type: Option<String>,
    pub(super) config: Option<DescriptorWire>,
    pub(super) layers: Option<Vec<DescriptorWire>>,
    pub(super) manifests: Option<Vec<DescriptorWire>>,
    pub(super) subject: Option<DescriptorWire>,
    pub(super) annotations: Option<BTreeMap<String, String>>,
}

/// A descriptor (OCI image specification, descriptor.md).
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct DescriptorWire {
    pub(super) media_type: Option<String>,
    pub(super) digest: String,
    pub(super) size: u64,
    pub(super) urls: Option<Vec<String>>,
    pub(super) annotations: Option<BTreeMap<String, String>>,
    pub(super) data: Option<String>,
    pub(super) platform: Option<PlatformWire>,
    pub(super) artifact_type: Option<String>,
}

/// A platform, of an index entry or a config.
#[derive(Debug, Deserialize)]
pub(super) struct PlatformWire {
    #[serde(default)]
    os: Option<String>,
    #[serde(default)]
    architecture: Option<String>,
    #[serde(default)]
    pub(super) variant: Option<String>,
    #[serde(default, rename = "os.version")]
    os_version: Option<String>,
    #[serde(default, rename = "os.features")]
    os_features: Option<Vec<String>>,
}

impl DescriptorWire {
    /// Reads what identifies the bytes; data that is embedded must be these bytes.
    pub(super) fn descriptor(&self, what: &'static str) -> Result<Descriptor, DocumentError> {
        let digest: Digest = self
            .digest
            .parse()
            .map_err(|error: DigestError| DocumentError::malformed(what, &error.to_string()))?;
        if self.size > INTEGER {
            let reason = format!("its size must be at most {INTEGER}");
            return Err(DocumentError::malformed(what, &reason));
        }
        let media_type = optional_media_type(self.media_type.as_deref(), what)?
            .ok_or_else(|| DocumentError::malformed(what, "it has no `mediaType`"))?;
        let descriptor = Descriptor {
            digest,
            size: self.size,
            media_type,
        };
        self.check_data(&descriptor)?;
        Ok(descriptor)
    }

    fn check_data(&self, descriptor: &Descriptor) -> Result<(), DocumentError> {
        let Some(data) = &self.data else {
            return Ok(());
        };
        let Descriptor { digest, size, .. } = descriptor;
        let fits = STANDARD.decode(data).is_ok_and(|bytes| {
            bytes.len() as u64 == *size && digest_of(digest.algorithm(), &bytes) == *digest
        });
        if fits {
            return Ok(());
        }
        Err(DocumentError::OtherData(*digest))
    }
}

impl PlatformWire {
    /// Returns the platform, normalised; none where neither system nor architecture is named.
    pub(super) fn platform(&self) -> Option<Platform> {
        let text = |field: &Option<String>| field.clone().unwrap_or_default();
        let (os, architecture) = (text(&self.os), text(&self.architecture));
        if os.is_empty() && architecture.is_empty() {
            return None;
        }
        let platform = Platform::new(&os, &architecture, self.variant.as_deref());
        let features = self.os_features.clone().unwrap_or_default();
        Some(
            platform
                .with_os_version(self.os_version.as_deref())
                .with_os_features(features),
        )
    }
}

/// Reads a media type that may be left out or empty.
pub(super) fn optional_media_type(
    text: Option<&str>,
    what: &'static str,
) -> Result<Option<MediaType>, DocumentError> {
    let text = text.filter(|text| !text.is_empty());
    text.map(str::parse)
        .transpose()
        .map_err(|error: MediaTypeError| DocumentError::malformed(what, &error.to_string()))
}
