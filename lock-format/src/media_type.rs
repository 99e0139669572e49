//! A media type as manifests write it (RFC 6838 section 4.2; OCI image specification, media-types.md).

use std::fmt;
use std::str::FromStr;

/// Names how the bytes of a descriptor are to be read.
///
/// Kept as written: clients compare media types byte by byte.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MediaType(String);

/// Tells why a text is not a media type.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a media type: it takes the form type/subtype, at most 255 characters")]
pub struct MediaTypeError(pub String);

/// Longest media type, in bytes: RFC 6838 allows 127 on each side of the slash.
const LONGEST: usize = 255;

impl MediaType {
    /// An OCI image index.
    pub const OCI_INDEX: &'static str = "application/vnd.oci.image.index.v1+json";
    /// An OCI image manifest.
    pub const OCI_MANIFEST: &'static str = "application/vnd.oci.image.manifest.v1+json";
    /// An OCI image config.
    pub const OCI_CONFIG: &'static str = "application/vnd.oci.image.config.v1+json";
    /// A Docker manifest list.
    pub const DOCKER_LIST: &'static str =
        "application/vnd.docker.distribution.manifest.list.v2+json";
    /// A Docker schema 2 manifest.
    pub const DOCKER_MANIFEST: &'static str =
        "application/vnd.docker.distribution.manifest.v2+json";
    /// A Docker image config.
    pub const DOCKER_CONFIG: &'static str = "application/vnd.docker.container.image.v1+json";

    /// Returns the text as written.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Tells whether the bytes are an index (OCI) or a manifest list (Docker).
    pub fn is_index(&self) -> bool {
        matches!(self.as_str(), Self::OCI_INDEX | Self::DOCKER_LIST)
    }

    /// Tells whether the bytes are a single manifest, OCI or Docker schema 2.
    pub fn is_manifest(&self) -> bool {
        matches!(self.as_str(), Self::OCI_MANIFEST | Self::DOCKER_MANIFEST)
    }

    /// Tells whether the bytes are the config of a container image.
    pub fn is_image_config(&self) -> bool {
        matches!(self.as_str(), Self::OCI_CONFIG | Self::DOCKER_CONFIG)
    }

    /// Tells whether the bytes are a Docker schema 1 manifest, which airlock refuses.
    pub fn is_schema1(&self) -> bool {
        matches!(
            self.as_str(),
            "application/vnd.docker.distribution.manifest.v1+json"
                | "application/vnd.docker.distribution.manifest.v1+prettyjws"
        )
    }
}

impl FromStr for MediaType {
    type Err = MediaTypeError;

    fn from_str(text: &str) -> Result<Self, MediaTypeError> {
        let named = |part: &str| {
            part.starts_with(|c: char| c.is_ascii_alphanumeric())
                && part
                    .bytes()
                    .all(|b| b.is_ascii_alphanumeric() || b"!#$&-^_.+".contains(&b))
        };
        match text.split_once('/') {
            Some((kind, subtype)) if text.len() <= LONGEST && named(kind) && named(subtype) => {
                Ok(Self(text.to_owned()))
            }
            _ => Err(MediaTypeError(text.chars().take(LONGEST).collect())),
        }
    }
}

impl fmt::Display for MediaType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for MediaType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_types_are_told_apart() {
        let index: MediaType = MediaType::DOCKER_LIST.parse().unwrap();
        let manifest: MediaType = MediaType::OCI_MANIFEST.parse().unwrap();
        assert!(index.is_index() && !index.is_manifest());
        assert!(manifest.is_manifest() && !manifest.is_index());
    }

    #[test]
    fn malformed_types_are_refused() {
        let long = format!("a/{}", "b".repeat(254));
        for text in [
            "",
            "text",
            "text/",
            "/plain",
            "a/b c",
            "a/b\n",
            "a/b/c",
            long.as_str(),
        ] {
            assert!(text.parse::<MediaType>().is_err(), "{text:?}");
        }
        assert!(
            format!("a/{}", "b".repeat(253))
                .parse::<MediaType>()
                .is_ok()
        );
    }
}
