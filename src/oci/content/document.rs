//! What a reference or a digest names: an index or a manifest.

use lock_format::MediaType;

use super::wire::{DocumentWire, optional_media_type};
use super::{DocumentError, Index, Manifest};
use crate::oci::strict::{Checked, check_document};
use crate::run::limits::MANIFEST_BYTES;

/// What a reference or a digest names: an index or a manifest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Document {
    /// An OCI index or Docker manifest list.
    Index(Index),
    /// An OCI manifest or Docker schema 2 manifest.
    Manifest(Manifest),
}

impl Document {
    /// Reads an index or a manifest.
    ///
    /// `promised` is the media type of its descriptor, or of a registry's answer. A document that
    /// does not name its media type is what was promised; without a promise, its shape tells.
    ///
    /// # Errors
    /// It is longer than [`MANIFEST_BYTES`], beyond another limit, clients could read it differently,
    /// it is not what was promised, or not what its media type says.
    pub fn parse(bytes: &[u8], promised: Option<&MediaType>) -> Result<Self, DocumentError> {
        if bytes.len() as u64 > MANIFEST_BYTES {
            let (what, most) = ("document", MANIFEST_BYTES);
            return Err(DocumentError::TooLong { what, most });
        }
        let checked = check_document(bytes)?;
        if promised.is_some_and(MediaType::is_schema1) || checked.has("fsLayers") {
            return Err(DocumentError::Schema1);
        }
        refuse_both(&checked)?;
        let malformed =
            |error: serde_json::Error| DocumentError::malformed("document", &error.to_string());
        let wire: DocumentWire = serde_json::from_str(checked.text).map_err(malformed)?;
        check_schema_version(wire.schema_version)?;
        let named = optional_media_type(wire.media_type.as_deref(), "document")?;
        let media_type = media_type(named, promised, &checked)?;
        if media_type.is_index() {
            shaped(&checked, "manifests", "index")?;
            Index::new(wire, media_type).map(Self::Index)
        } else if media_type.is_manifest() {
            shaped(&checked, "config", "manifest")?;
            Manifest::new(wire, media_type).map(Self::Manifest)
        } else if media_type.is_schema1() {
            Err(DocumentError::Schema1)
        } else {
            Err(DocumentError::unknown_media_type(media_type.as_str()))
        }
    }

    /// Returns the media type, as the document says or as it was promised.
    pub fn media_type(&self) -> &MediaType {
        match self {
            Self::Index(index) => &index.media_type,
            Self::Manifest(manifest) => &manifest.media_type,
        }
    }
}

/// A key counts even if its value is null: some clients look at nothing else.
fn refuse_both(checked: &Checked<'_>) -> Result<(), DocumentError> {
    let other = ["layers", "config"]
        .into_iter()
        .find(|key| checked.has(key));
    match other {
        Some(other) if checked.has("manifests") => Err(DocumentError::IndexAndManifest { other }),
        _ => Ok(()),
    }
}

fn check_schema_version(version: Option<u64>) -> Result<(), DocumentError> {
    match version {
        Some(2) => Ok(()),
        Some(1) => Err(DocumentError::Schema1),
        _ => Err(DocumentError::malformed(
            "document",
            "`schemaVersion` must be 2",
        )),
    }
}

/// Joins what the document says, what was promised, and what its shape tells.
fn media_type(
    named: Option<MediaType>,
    promised: Option<&MediaType>,
    checked: &Checked<'_>,
) -> Result<MediaType, DocumentError> {
    match (named, promised) {
        (Some(named), Some(promised)) if named != *promised => Err(
            DocumentError::other_media_type(promised.as_str(), named.as_str()),
        ),
        (Some(named), _) => Ok(named),
        (None, Some(promised)) => Ok(promised.clone()),
        (None, None) => {
            let by_shape = if checked.has("manifests") {
                MediaType::OCI_INDEX
            } else {
                MediaType::OCI_MANIFEST
            };
            Ok(by_shape.parse().expect("a constant is a media type"))
        }
    }
}

/// Fails where a document has not the key that its media type takes.
fn shaped(
    checked: &Checked<'_>,
    key: &'static str,
    what: &'static str,
) -> Result<(), DocumentError> {
    if checked.has(key) {
        return Ok(());
    }
    Err(DocumentError::malformed(
        what,
        &format!("it has no `{key}`"),
    ))
}
