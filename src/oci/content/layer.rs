//! A layer as a manifest names it.

use lock_format::Descriptor;

/// A layer as a manifest names it.
///
/// What kind of layer it is, its media type tells (OCI image specification, media-types.md; Docker
/// image manifest version 2, schema 2).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layer {
    /// What identifies its bytes.
    pub descriptor: Descriptor,
    /// Where a foreign layer may be fetched from; mostly none.
    pub urls: Vec<String>,
}

impl Layer {
    /// Tells whether the layer is not meant to be distributed by registries.
    pub fn is_foreign(&self) -> bool {
        let media_type = self.media_type();
        media_type.starts_with("application/vnd.docker.image.rootfs.foreign.")
            || media_type.starts_with("application/vnd.oci.image.layer.nondistributable.")
    }

    /// Tells whether the layer is compressed with zstd, which older clients cannot read.
    pub fn is_zstd(&self) -> bool {
        let plain = self.without_encryption();
        plain.ends_with("+zstd") || plain.ends_with(".tar.zstd")
    }

    /// Tells whether the layer is a plain tar, which shrinks when it is carried compressed.
    pub fn is_uncompressed(&self) -> bool {
        !self.is_encrypted() && self.media_type().rsplit('.').next() == Some("tar")
    }

    /// Tells whether the layer is encrypted (ocicrypt): it is carried as it is.
    pub fn is_encrypted(&self) -> bool {
        self.media_type().ends_with("+encrypted")
    }

    fn media_type(&self) -> &str {
        self.descriptor.media_type.as_str()
    }

    fn without_encryption(&self) -> &str {
        let media_type = self.media_type();
        media_type.strip_suffix("+encrypted").unwrap_or(media_type)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oci::digest_of;
    use lock_format::Algorithm;

    #[test]
    fn the_media_type_tells_the_kind() {
        const OCI: &str = "application/vnd.oci.image.layer";
        const DOCKER: &str = "application/vnd.docker.image.rootfs";
        let table = [
            // media type, foreign, zstd, uncompressed, encrypted
            (format!("{OCI}.v1.tar"), [false, false, true, false]),
            (format!("{OCI}.v1.tar+gzip"), [false, false, false, false]),
            (format!("{OCI}.v1.tar+zstd"), [false, true, false, false]),
            (
                format!("{OCI}.v1.tar+encrypted"),
                [false, false, false, true],
            ),
            (
                format!("{OCI}.v1.tar+zstd+encrypted"),
                [false, true, false, true],
            ),
            (
                format!("{OCI}.nondistributable.v1.tar"),
                [true, false, true, false],
            ),
            (
                format!("{OCI}.nondistributable.v1.tar+gzip"),
                [true, false, false, false],
            ),
            (format!("{DOCKER}.diff.tar"), [false, false, true, false]),
            (
                format!("{DOCKER}.diff.tar.gzip"),
                [false, false, false, false],
            ),
            (
                format!("{DOCKER}.diff.tar.zstd"),
                [false, true, false, false],
            ),
            (
                format!("{DOCKER}.foreign.diff.tar.gzip"),
                [true, false, false, false],
            ),
            (
                "application/vnd.in-toto+json".to_owned(),
                [false, false, false, false],
            ),
        ];
        for (media_type, expected) in table {
            let layer = Layer {
                descriptor: Descriptor {
                    digest: digest_of(Algorithm::Sha256, b""),
                    size: 0,
                    media_type: media_type.parse().unwrap(),
                },
                urls: Vec::new(),
            };
            let found = [
                layer.is_foreign(),
                layer.is_zstd(),
                layer.is_uncompressed(),
                layer.is_encrypted(),
            ];
            assert_eq!(found, expected, "{media_type}");
        }
    }
}
