//! What all servers serve.

use airlock::oci::digest_of;
use lock_format::{Algorithm, Digest, MediaType};

/// A small manifest and a large blob.
pub(crate) struct Content {
    pub(crate) manifest: Vec<u8>,
    pub(crate) blob: Vec<u8>,
    pub(crate) config: Vec<u8>,
}

impl Content {
    /// Makes them; the blob has no pattern.
    pub(crate) fn make(blob_mib: u32) -> Self {
        let config = b"{\"architecture\":\"amd64\",\"os\":\"linux\"}".to_vec();
        let blob = noise(u64::from(blob_mib) * 1024 * 1024);
        let manifest = serde_json::json!({
            "schemaVersion": 2,
            "mediaType": MediaType::OCI_MANIFEST,
            "config": {
                "mediaType": MediaType::OCI_CONFIG,
                "digest": digest(&config).to_string(),
                "size": config.len(),
            },
            "layers": [{
                "mediaType": "application/vnd.oci.image.layer.v1.tar",
                "digest": digest(&blob).to_string(),
                "size": blob.len(),
            }],
        });
        Self {
            manifest: manifest.to_string().into_bytes(),
            blob,
            config,
        }
    }

    /// Returns manifest, config and blob.
    pub(crate) fn all(&self) -> [&[u8]; 3] {
        [&self.manifest, &self.config, &self.blob]
    }
}

pub(crate) fn digest(bytes: &[u8]) -> Digest {
    digest_of(Algorithm::Sha256, bytes)
}

/// xorshift64*: fast, and nothing that a file system could compress.
fn noise(length: u64) -> Vec<u8> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let words = length.div_ceil(8);
    (0..words)
        .flat_map(|_| {
            state ^= state >> 12;
            state ^= state << 25;
            state ^= state >> 27;
            state.wrapping_mul(0x2545_f491_4f6c_dd1d).to_le_bytes()
        })
        .collect()
}
