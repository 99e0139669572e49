//! What the wanted documents tell: where foreign layers may be had, and what stands below what.

use std::collections::{BTreeMap, BTreeSet};

use lock_format::Digest;

use super::wanted::Wanted;
use crate::diagnostic::Failure;
use crate::oci::Document;
use crate::ops::outside::document;
use crate::store::Cache;

/// Facts of the wanted manifests and indexes.
#[derive(Debug, Default)]
pub(super) struct Documents {
    /// URLs of foreign layers.
    pub(super) urls: BTreeMap<Digest, Vec<String>>,
    /// Documents that a wanted index names.
    pub(super) below: BTreeSet<Digest>,
}

/// Reads the wanted documents, which are in the cache by now.
pub(super) fn read<'a>(
    cache: &Cache,
    wanted: impl Iterator<Item = &'a Wanted>,
) -> Result<Documents, Failure> {
    let mut found = Documents::default();
    for one in wanted.filter(|one| one.media_type.is_some()) {
        let Some(bytes) = document::read(cache, &one.blob.digest)? else {
            continue;
        };
        // The inside refuses a malformed document; here it only has nothing to tell.
        match Document::parse(&bytes, one.media_type.as_ref()) {
            Ok(Document::Manifest(manifest)) => {
                for layer in manifest
                    .layers
                    .into_iter()
                    .filter(|layer| !layer.urls.is_empty())
                {
                    found
                        .urls
                        .entry(layer.descriptor.digest)
                        .or_default()
                        .extend(layer.urls);
                }
            }
            Ok(Document::Index(index)) => {
                found
                    .below
                    .extend(index.manifests.iter().map(|child| child.descriptor.digest));
            }
            Err(_) => {}
        }
    }
    Ok(found)
}
