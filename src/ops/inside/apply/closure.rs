//! Every document of every image, both ways: what the lock says is what the documents say.

use lock_format::{Blob, Image, MediaType, Reference};

use super::ApplyFailure;
use crate::diagnostic::Failure;
use crate::oci::{
    Document, DocumentError, ImageConfig, Manifest, check_config, check_index, check_manifest,
};
use crate::run::limits::{CONFIG_BYTES, MANIFEST_BYTES};

/// Finds the bytes of a document, verified; in the bundle, else in the store.
pub(in crate::ops::inside) type Find<'a> = &'a dyn Fn(&Blob) -> Result<Option<Vec<u8>>, Failure>;

/// Checks an image whose blobs are all there.
pub(in crate::ops::inside) fn check(image: &Image, find: Find<'_>) -> Result<(), Failure> {
    let reference = &image.reference;
    let pinned = image.pin.iter().filter(|pin| pin.media_type.is_index());
    let between = image.contents().flat_map(|content| &content.via);
    for index in pinned.chain(between) {
        if let Document::Index(parsed) =
            document(reference, &index.into(), &index.media_type, find)?
        {
            check_index(image, &index.digest, &parsed)
                .map_err(|error| differs(reference, error))?;
        }
    }
    for platform in &image.platforms {
        let Some(content) = &platform.content else {
            continue;
        };
        let manifest = &content.manifest;
        let parsed = document(reference, &manifest.into(), &manifest.media_type, find)?;
        if let Document::Manifest(parsed) = parsed {
            check_manifest(content, &parsed).map_err(|error| differs(reference, error))?;
            if let Some(config) = config(reference, &content.config, &parsed, find)? {
                check_config(platform, &parsed, &config)
                    .map_err(|error| differs(reference, error))?;
            }
        }
    }
    Ok(())
}

/// Reads a document; parsing refuses one of another kind than its media type says.
fn document(
    reference: &Reference,
    blob: &Blob,
    media_type: &MediaType,
    find: Find<'_>,
) -> Result<Document, Failure> {
    let refused = |error| refused(reference, blob, error);
    if blob.size > MANIFEST_BYTES {
        return Err(refused(DocumentError::TooLong {
            what: "document",
            most: MANIFEST_BYTES,
        }));
    }
    let bytes = find(blob)?.ok_or(ApplyFailure::NotInLock(blob.digest))?;
    Document::parse(&bytes, Some(media_type)).map_err(refused)
}

/// Reads the config of an image; an artifact has none that is checked.
fn config(
    reference: &Reference,
    blob: &Blob,
    manifest: &Manifest,
    find: Find<'_>,
) -> Result<Option<ImageConfig>, Failure> {
    if !manifest.config.media_type.is_image_config() {
        return Ok(None);
    }
    let refused = |error| refused(reference, blob, error);
    if blob.size > CONFIG_BYTES {
        return Err(refused(DocumentError::TooLong {
            what: "config",
            most: CONFIG_BYTES,
        }));
    }
    let bytes = find(blob)?.ok_or(ApplyFailure::NotInLock(blob.digest))?;
    ImageConfig::parse(&bytes).map(Some).map_err(refused)
}

fn refused(reference: &Reference, blob: &Blob, error: DocumentError) -> Failure {
    ApplyFailure::Document {
        reference: reference.clone(),
        digest: blob.digest,
        error,
    }
    .into()
}

fn differs(reference: &Reference, error: crate::oci::ClosureError) -> Failure {
    ApplyFailure::NotAsLocked {
        reference: reference.clone(),
        error,
    }
    .into()
}

#[cfg(test)]
mod tests {
    use lock_format::{Algorithm, Descriptor};

    use super::*;
    use crate::oci::digest_of;

    const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";

    fn blob(size: u64) -> Blob {
        let digest = digest_of(Algorithm::Sha256, b"");
        Blob { digest, size }
    }

    fn told<T: std::fmt::Debug>(result: Result<T, Failure>) -> &'static str {
        result.expect_err("it is refused").facts().code().as_str()
    }

    /// Is asked for nothing that is too long; what is short enough it does not have.
    fn find(most: u64) -> impl Fn(&Blob) -> Result<Option<Vec<u8>>, Failure> {
        move |blob| {
            assert!(blob.size <= most, "{} bytes were asked for", blob.size);
            Ok(None)
        }
    }

    #[test]
    fn what_is_too_long_is_refused_before_it_is_read() {
        let reference = Reference::parse("reg.lan/app:1").expect("a reference");
        let media_type: MediaType = MANIFEST.parse().expect("a media type");
        let find_document = find(MANIFEST_BYTES);
        let read = |size| document(&reference, &blob(size), &media_type, &find_document);
        assert_eq!(told(read(MANIFEST_BYTES)), "apply/not-in-lock");
        assert_eq!(told(read(MANIFEST_BYTES + 1)), "apply/refused-document");
        let config_type = "application/vnd.oci.image.config.v1+json";
        let manifest = Manifest {
            media_type,
            artifact_type: None,
            config: Descriptor {
                digest: blob(0).digest,
                size: 0,
                media_type: config_type.parse().expect("a media type"),
            },
            layers: Vec::new(),
            subject: None,
            annotations: std::collections::BTreeMap::new(),
        };
        let find_config = find(CONFIG_BYTES);
        let read = |size| config(&reference, &blob(size), &manifest, &find_config);
        assert_eq!(told(read(CONFIG_BYTES)), "apply/not-in-lock");
        assert_eq!(told(read(CONFIG_BYTES + 1)), "apply/refused-document");
    }
}
