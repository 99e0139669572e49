//! A store of many small blobs.

use std::path::Path;

use airlock::oci::digest_of;
use airlock::run::{FixedClock, FixedEntropy};
use airlock::store::Store;
use lock_format::{Algorithm, Blob, Descriptor, MediaType, Reference};

/// A store of so many blobs, a hundredth of them manifests with a name.
pub(crate) fn large_store(path: &Path, blobs: u32) {
    let store = Store::create(path, &FixedEntropy::new(0)).unwrap();
    let writer = store.begin(&FixedClock(0)).unwrap();
    let mut publication = store.publication().unwrap();
    for number in 0..blobs {
        let Blob { digest, size } = blob(number);
        let mut file = writer.blob(Blob { digest, size }).unwrap();
        file.take(&content(number)).unwrap();
        file.finish().unwrap();
        if number % 100 == 0 {
            let media_type = MediaType::OCI_MANIFEST.parse().unwrap();
            let descriptor = Descriptor {
                digest,
                size,
                media_type,
            };
            let name = Reference::parse(&format!("bench/image-{number}:1")).unwrap();
            publication.catalog.names.insert(name, descriptor.clone());
            publication.catalog.manifests.insert(digest, descriptor);
        } else {
            publication.blobs.insert(digest, size);
        }
    }
    writer.commit_blobs().unwrap();
    writer.publish(&publication).unwrap();
}

/// Returns the blob of a number: it is in every store of more blobs than that.
pub(crate) fn blob(number: u32) -> Blob {
    let bytes = content(number);
    Blob {
        digest: digest_of(Algorithm::Sha256, &bytes),
        size: bytes.len() as u64,
    }
}

fn content(number: u32) -> Vec<u8> {
    format!("{{\"number\":{number}}}").into_bytes()
}
