//! A store in memory, and requests to it, for the tests of `serve`.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use airlock::diagnostic::Failure;
use airlock::oci::{Catalog, Explanation, ReadAt, StoreView, Wanted, digest_of};
use lock_format::{Algorithm, Blob, Descriptor, Digest, MediaType, Reference};

/// Publishes what it is given.
#[derive(Default)]
pub(crate) struct MemoryStore {
    catalog: Mutex<Arc<Catalog>>,
    blobs: Mutex<BTreeMap<Digest, Vec<u8>>>,
    /// What `explain` says.
    pub(crate) explanation: Mutex<Option<Explanation>>,
}

impl MemoryStore {
    /// Holds bytes and returns their digest.
    pub(crate) fn hold(&self, bytes: &[u8]) -> Digest {
        let digest = digest_of(Algorithm::Sha256, bytes);
        self.replace(digest, bytes);
        digest
    }

    /// Holds bytes under a digest that may not be theirs.
    pub(crate) fn replace(&self, digest: Digest, bytes: &[u8]) {
        self.blobs.lock().unwrap().insert(digest, bytes.to_vec());
    }

    /// Publishes bytes as a manifest under names.
    pub(crate) fn publish(&self, names: &[&str], media_type: &str, bytes: &[u8]) -> Digest {
        let digest = self.hold(bytes);
        let descriptor = Descriptor {
            digest,
            size: bytes.len() as u64,
            media_type: media_type.parse().unwrap(),
        };
        let mut catalog = self.catalog.lock().unwrap();
        let mut next = Catalog::clone(&catalog);
        for name in names {
            let reference = Reference::parse(name).unwrap();
            next.names.insert(reference, descriptor.clone());
        }
        next.manifests.insert(digest, descriptor);
        *catalog = Arc::new(next);
        digest
    }

    /// Publishes a manifest no more.
    pub(crate) fn unpublish(&self, digest: &Digest) {
        let mut catalog = self.catalog.lock().unwrap();
        let mut next = Catalog::clone(&catalog);
        next.manifests.remove(digest);
        next.names.retain(|_, found| found.digest != *digest);
        *catalog = Arc::new(next);
    }

    /// Publishes bytes as an OCI image manifest.
    pub(crate) fn image(&self, name: &str, bytes: &[u8]) -> Digest {
        self.publish(&[name], MediaType::OCI_MANIFEST, bytes)
    }
}

impl StoreView for MemoryStore {
    fn catalog(&self) -> Arc<Catalog> {
        Arc::clone(&self.catalog.lock().unwrap())
    }

    fn open(&self, digest: &Digest) -> Result<Option<Box<dyn ReadAt>>, Failure> {
        let blobs = self.blobs.lock().unwrap();
        Ok(blobs
            .get(digest)
            .map(|bytes| Box::new(bytes.clone()) as Box<dyn ReadAt>))
    }

    fn blob_after(&self, after: Option<&Digest>) -> Option<Blob> {
        let blobs = self.blobs.lock().unwrap();
        let catalog = self.catalog.lock().unwrap();
        let mut behind = blobs.iter().filter(|(digest, _)| {
            after.is_none_or(|after| *digest > after) && !catalog.manifests.contains_key(digest)
        });
        behind.next().map(|(digest, bytes)| Blob {
            digest: *digest,
            size: bytes.len() as u64,
        })
    }

    fn explain(&self, _: &Wanted<'_>) -> Explanation {
        let explanation = self.explanation.lock().unwrap();
        explanation.clone().unwrap_or(Explanation::Unknown)
    }
}
