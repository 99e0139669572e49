//! A catalog arranged for lookups: host, path, tag.

use std::collections::BTreeMap;
use std::sync::Arc;

use lock_format::{Descriptor, Digest};

use super::host;
use crate::oci::Catalog;

/// Repositories of a catalog under their canonical hosts.
#[derive(Debug)]
pub(crate) struct Directory {
    catalog: Arc<Catalog>,
    hosts: BTreeMap<String, BTreeMap<String, Tags>>,
    /// Descriptors that names have; the catalog's own list of manifests comes first.
    named: BTreeMap<Digest, Descriptor>,
}

/// What the tags of a repository stand for; empty where only digests are named.
pub(crate) type Tags = BTreeMap<String, Descriptor>;

impl Directory {
    /// Arranges `catalog`.
    ///
    /// A reference with tag and digest names the digest alone: clients ask for nothing else, and
    /// nothing says that the tag stands for it.
    pub(crate) fn new(catalog: Arc<Catalog>) -> Self {
        let mut hosts: BTreeMap<String, BTreeMap<String, Tags>> = BTreeMap::new();
        let mut named = BTreeMap::new();
        for (reference, descriptor) in &catalog.names {
            let repository = reference.repository();
            let tags = hosts
                .entry(host::canonical(repository.registry()))
                .or_default()
                .entry(repository.path().to_owned())
                .or_default();
            if let (Some(tag), None) = (reference.tag(), reference.digest()) {
                tags.entry(tag.to_owned())
                    .or_insert_with(|| descriptor.clone());
            }
            named.insert(descriptor.digest, descriptor.clone());
        }
        Self {
            catalog,
            hosts,
            named,
        }
    }

    /// Tells whether this was made of that very catalog.
    pub(crate) fn is_of(&self, catalog: &Arc<Catalog>) -> bool {
        Arc::ptr_eq(&self.catalog, catalog)
    }

    /// Tells whether anything is held of a canonical host.
    pub(crate) fn knows_host(&self, host: &str) -> bool {
        self.hosts.contains_key(host)
    }

    /// Returns the tags of a repository; none when the repository is unknown.
    pub(crate) fn tags(&self, host: &str, path: &str) -> Option<&Tags> {
        self.hosts.get(host)?.get(path)
    }

    /// Returns what a digest is, if it may be pulled as a manifest.
    pub(crate) fn manifest(&self, digest: &Digest) -> Option<&Descriptor> {
        self.catalog
            .manifests
            .get(digest)
            .or_else(|| self.named.get(digest))
    }
}
