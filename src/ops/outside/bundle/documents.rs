//! What the wanted documents tell: where foreign layers may be had, and what stands below what.

use std::collections::{BTreeMap, BTreeSet};

use lock_format::Digest;

use super::wanted::Wanted;
use crate::diagnostic::Failure;
use crate::oci::{Document, ReadAt as _};
use crate::run::limits::MANIFEST_BYTES;
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
        let Some(bytes) = bytes_of(cache, one)? else {
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

fn bytes_of(cache: &Cache, document: &Wanted) -> Result<Option<Vec<u8>>, Failure> {
    let Some(blob) = cache.open_blob(&document.blob.digest)? else {
        return Ok(None);
    };
    let mut bytes = vec![0; usize::try_from(blob.size().min(MANIFEST_BYTES)).unwrap_or(0)];
    let mut at = 0;
    while let Some(rest) = bytes.get_mut(at..).filter(|rest| !rest.is_empty()) {
        match blob.read_at(rest, at as u64) {
            Ok(0) | Err(_) => return Ok(None),
            Ok(count) => at += count,
        }
    }
    Ok(Some(bytes))
}
