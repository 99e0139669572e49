//! An image config against the lock.

use lock_format::{ImagePlatform, Platform};

use super::ClosureError;
use crate::oci::{ImageConfig, Manifest};

/// Checks the config of a container image: its platform, and that it knows as many layers as the
/// manifest has.
///
/// System and architecture must be equal. Variant and version of the system must be equal where
/// both name one: many real configs leave them out. Call it only where the media type of the
/// manifest's config [is that of an image config](lock_format::MediaType::is_image_config).
///
/// # Errors
/// The config is for another platform, or knows more or fewer layers.
pub fn check_config(
    platform: &ImagePlatform,
    manifest: &Manifest,
    config: &ImageConfig,
) -> Result<(), ClosureError> {
    let digest = manifest.config.digest;
    if !fits(&platform.name, config) {
        return Err(ClosureError::Platform {
            config: digest,
            locked: platform.name.clone(),
            found: Box::new(config.platform.clone()),
        });
    }
    if config.diff_ids != manifest.layers.len() {
        return Err(ClosureError::DiffIds {
            config: digest,
            layers: manifest.layers.len(),
            found: config.diff_ids,
        });
    }
    Ok(())
}

fn fits(locked: &Platform, config: &ImageConfig) -> bool {
    let found = &config.platform;
    let agree = |a: Option<&str>, b: Option<&str>| a.is_none() || b.is_none() || a == b;
    locked.os() == found.os()
        && locked.architecture() == found.architecture()
        && (!config.names_variant || agree(locked.variant(), found.variant()))
        && agree(locked.os_version(), found.os_version())
}
