//! An image config (OCI image specification, config.md), as far as it is needed.

use lock_format::Platform;
use serde::Deserialize;
use serde::de::IgnoredAny;

use super::DocumentError;
use super::wire::PlatformWire;
use crate::oci::strict::check_config;
use crate::run::limits::CONFIG_BYTES;

/// What is needed of an image config.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImageConfig {
    /// What the image runs on, normalised.
    pub platform: Platform,
    /// Whether it names a variant; where it does not, the one in `platform` is the usual one.
    pub names_variant: bool,
    /// How many layers it says there are.
    pub diff_ids: usize,
    /// Its ONBUILD triggers, in order.
    pub onbuild: Vec<String>,
}

#[derive(Debug, Deserialize)]
struct ConfigWire {
    rootfs: Option<RootfsWire>,
    config: Option<RunWire>,
}

#[derive(Debug, Deserialize)]
struct RootfsWire {
    /// Only counted.
    diff_ids: Option<Vec<IgnoredAny>>,
}

#[derive(Debug, Deserialize)]
struct RunWire {
    #[serde(rename = "OnBuild")]
    on_build: Option<Vec<String>>,
}

impl ImageConfig {
    /// Reads an image config.
    ///
    /// # Errors
    /// It is longer than [`CONFIG_BYTES`], clients could read it differently, or it does not name
    /// system and architecture.
    pub fn parse(bytes: &[u8]) -> Result<Self, DocumentError> {
        if bytes.len() as u64 > CONFIG_BYTES {
            let (what, most) = ("config", CONFIG_BYTES);
            return Err(DocumentError::TooLong { what, most });
        }
        let checked = check_config(bytes)?;
        let malformed =
            |error: serde_json::Error| DocumentError::malformed("config", &error.to_string());
        let wire: ConfigWire = serde_json::from_str(checked.text).map_err(malformed)?;
        let named: PlatformWire = serde_json::from_str(checked.text).map_err(malformed)?;
        let platform = named
            .platform()
            .filter(|platform| !platform.os().is_empty() && !platform.architecture().is_empty())
            .ok_or_else(|| DocumentError::malformed("config", "it names no platform"))?;
        let variant = named.variant.as_deref().unwrap_or_default();
        Ok(Self {
            platform,
            names_variant: !variant.is_empty(),
            diff_ids: wire
                .rootfs
                .and_then(|rootfs| rootfs.diff_ids)
                .map_or(0, |ids| ids.len()),
            onbuild: wire.config.and_then(|run| run.on_build).unwrap_or_default(),
        })
    }
}
