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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Diagnose as _;
    use crate::oci::codes;

    #[test]
    fn a_config_is_read_with_what_is_needed_of_it() {
        let text = br#"{
            "os": "linux", "architecture": "arm", "variant": "v6", "created": "x",
            "rootfs": {"type": "layers", "diff_ids": ["sha256:1", "sha256:2"]},
            "config": {"Labels": {"A": "1", "a": "2"}, "OnBuild": ["COPY --from=a x x", "RUN y"]}
        }"#;
        let read = ImageConfig::parse(text).unwrap();
        assert_eq!(read.platform.to_string(), "linux/arm/v6");
        assert!(read.names_variant);
        assert_eq!(read.diff_ids, 2);
        assert_eq!(read.onbuild, ["COPY --from=a x x", "RUN y"]);
    }

    #[test]
    fn what_real_configs_leave_out_may_be_left_out() {
        for text in [
            r#"{"os":"linux","architecture":"arm64"}"#,
            r#"{"os":"linux","architecture":"arm64","variant":"","rootfs":null,"config":null}"#,
            r#"{"os":"linux","architecture":"arm64","rootfs":{"diff_ids":null},"config":{"OnBuild":null}}"#,
        ] {
            let read = ImageConfig::parse(text.as_bytes()).unwrap();
            assert_eq!(read.platform.to_string(), "linux/arm64", "{text}");
            assert_eq!((read.names_variant, read.diff_ids), (false, 0), "{text}");
            assert!(read.onbuild.is_empty(), "{text}");
        }
        let windows = br#"{"os":"windows","architecture":"amd64","os.version":"10.0.1"}"#;
        let read = ImageConfig::parse(windows).unwrap();
        assert_eq!(read.platform.os_version(), Some("10.0.1"));
    }

    #[test]
    fn a_config_that_cannot_be_read_alike_or_names_no_platform_is_refused() {
        for (text, code) in [
            ("", codes::MALFORMED),
            ("[]", codes::MALFORMED),
            ("{}", codes::MALFORMED),
            (r#"{"os":"linux"}"#, codes::MALFORMED),
            (r#"{"architecture":"amd64"}"#, codes::MALFORMED),
            (r#"{"os":1,"architecture":"amd64"}"#, codes::MALFORMED),
            (
                r#"{"os":"linux","os":"linux","architecture":"amd64"}"#,
                codes::AMBIGUOUS,
            ),
            (
                r#"{"os":"linux","OS":"x","architecture":"amd64"}"#,
                codes::AMBIGUOUS,
            ),
            (r#"{"os":"linux","Architecture":"amd64"}"#, codes::AMBIGUOUS),
            (
                r#"{"os":"linux","architecture":"amd64","rootfs":{"Diff_IDs":[]}}"#,
                codes::AMBIGUOUS,
            ),
        ] {
            let refusal = ImageConfig::parse(text.as_bytes()).unwrap_err();
            assert_eq!(refusal.code(), code, "{text}");
        }
    }

    #[test]
    fn a_config_has_a_limit() {
        let mut text = r#"{"os":"linux","architecture":"amd64"}"#.to_owned();
        text.push_str(&" ".repeat(8_388_608_usize.saturating_sub(text.len())));
        assert!(ImageConfig::parse(text.as_bytes()).is_ok());
        text.push(' ');
        let refusal = ImageConfig::parse(text.as_bytes()).unwrap_err();
        assert_eq!(refusal.code(), codes::TOO_LARGE);
    }
}
