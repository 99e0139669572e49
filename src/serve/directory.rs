//! A catalog arranged for lookups: host, path, tag.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, PoisonError, RwLock};

use lock_format::{Descriptor, Digest};

use super::host;
use crate::oci::Catalog;

/// The directory of the catalog that is published now.
#[derive(Debug)]
pub(crate) struct Directories(RwLock<Arc<Directory>>);

impl Default for Directories {
    fn default() -> Self {
        Self(RwLock::new(Arc::new(Directory::new(Arc::default()))))
    }
}

impl Directories {
    /// Returns the directory of `catalog`, made anew only when it is another than before.
    pub(crate) fn of(&self, catalog: Arc<Catalog>) -> Arc<Directory> {
        let known = Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner));
        if Arc::ptr_eq(&known.catalog, &catalog) {
            return known;
        }
        let fresh = Arc::new(Directory::new(catalog));
        let mut current = self.0.write().unwrap_or_else(PoisonError::into_inner);
        *current = Arc::clone(&fresh);
        fresh
    }
}

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

    /// Tells whether anything is held of a canonical host.
    pub(crate) fn knows_host(&self, host: &str) -> bool {
        self.hosts.contains_key(host)
    }

    /// Returns the tags of a repository; none when the repository is unknown.
    pub(crate) fn tags(&self, host: &str, path: &str) -> Option<&Tags> {
        self.hosts.get(host)?.get(path)
    }

    /// Returns the repositories of that path on other hosts than `host`, as they are named in a lock.
    pub(crate) fn elsewhere(&self, host: &str, path: &str) -> Vec<String> {
        let others = self.hosts.iter();
        others
            .filter(|(other, paths)| *other != host && paths.contains_key(path))
            .map(|(other, _)| format!("{other}/{path}"))
            .collect()
    }

    /// Returns what a digest is, if it may be pulled as a manifest.
    pub(crate) fn manifest(&self, digest: &Digest) -> Option<&Descriptor> {
        self.catalog
            .manifests
            .get(digest)
            .or_else(|| self.named.get(digest))
    }

    /// Returns everything that may be pulled as a manifest; what has a name may come twice.
    pub(crate) fn manifests(&self) -> impl Iterator<Item = &Descriptor> {
        self.catalog.manifests.values().chain(self.named.values())
    }

    /// Returns every repository in the form of a path, sorted by bytes.
    pub(crate) fn repositories(&self) -> BTreeSet<String> {
        self.hosts
            .iter()
            .flat_map(|(host, paths)| {
                let host = host::path_form(host);
                paths.keys().map(move |path| format!("{host}/{path}"))
            })
            .collect()
    }
}
