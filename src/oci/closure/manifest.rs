//! A manifest against the lock.

use lock_format::{Blob, PlatformContent};

use super::ClosureError;
use crate::oci::Manifest;

/// Checks a manifest: its media type, its config, and its layers in order, each with digest and size.
///
/// # Errors
/// It is of another media type, or names other blobs, more or fewer than the lock.
pub fn check_manifest(content: &PlatformContent, manifest: &Manifest) -> Result<(), ClosureError> {
    let digest = content.manifest.digest;
    if content.manifest.media_type != manifest.media_type {
        return Err(ClosureError::MediaType {
            digest,
            locked: content.manifest.media_type.clone(),
            found: manifest.media_type.clone(),
        });
    }
    if content.config != Blob::from(&manifest.config) {
        return Err(ClosureError::Config {
            manifest: digest,
            found: manifest.config.clone(),
        });
    }
    if content.layers.len() != manifest.layers.len() {
        return Err(ClosureError::LayerCount {
            manifest: digest,
            locked: content.layers.len(),
            found: manifest.layers.len(),
        });
    }
    let pairs = content.layers.iter().zip(&manifest.layers);
    for (number, (locked, found)) in (1..).zip(pairs) {
        if *locked != Blob::from(&found.descriptor) {
            return Err(ClosureError::Layer {
                manifest: digest,
                number,
                found: found.descriptor.clone(),
            });
        }
    }
    Ok(())
}
