//! The two files that make a bundle an OCI image layout for other tools (image-layout.md).

use std::fmt::Write as _;

use lock_format::{Blob, Descriptor, Digest, MediaType, Reference};
use sha2::{Digest as _, Sha256};

/// The bytes of `oci-layout`.
pub const OCI_LAYOUT: &[u8] = br#"{"imageLayoutVersion":"1.0.0"}"#;

/// Returns the entry `oci-layout`, which is the same in every bundle.
pub fn oci_layout_blob() -> Blob {
    Blob {
        digest: Digest::Sha256(Sha256::digest(OCI_LAYOUT).into()),
        size: OCI_LAYOUT.len() as u64,
    }
}

/// Writes `index.json`: each image under its full reference, in the order given.
///
/// References, digests and media types are of grammars without quotes or backslashes.
pub fn index_json<'a>(
    images: impl IntoIterator<Item = (&'a Reference, &'a Descriptor)>,
) -> Vec<u8> {
    let mut text = format!(
        r#"{{"schemaVersion":2,"mediaType":"{}","manifests":["#,
        MediaType::OCI_INDEX
    );
    for (position, (reference, image)) in images.into_iter().enumerate() {
        let comma = if position == 0 { "" } else { "," };
        write!(
            text,
            r#"{comma}{{"mediaType":"{}","digest":"{}","size":{},"annotations":{{"org.opencontainers.image.ref.name":"{reference}"}}}}"#,
            image.media_type, image.digest, image.size
        )
        .expect("a String takes all text");
    }
    text.push_str("]}");
    text.into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_tools_find_full_references() {
        let reference = Reference::parse("alpine:3.20").unwrap();
        let image = Descriptor {
            digest: format!("sha256:{}", "ab".repeat(32)).parse().unwrap(),
            size: 7,
            media_type: MediaType::OCI_INDEX.parse().unwrap(),
        };
        let bytes = index_json([(&reference, &image), (&reference, &image)]);
        let json: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
        assert_eq!(json["schemaVersion"], 2);
        assert_eq!(json["manifests"].as_array().unwrap().len(), 2);
        let first = &json["manifests"][0];
        assert_eq!(first["size"], 7);
        assert_eq!(
            first["annotations"]["org.opencontainers.image.ref.name"],
            "docker.io/library/alpine:3.20"
        );
        let empty: serde_json::Value = serde_json::from_slice(&index_json([])).unwrap();
        assert!(empty["manifests"].as_array().unwrap().is_empty());
    }
}
