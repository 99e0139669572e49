//! Publishing: the list of blobs, then `index.json`, by one rename.

use std::collections::BTreeMap;

use lock_format::{Algorithm, Descriptor, Digest};

use crate::oci::{Catalog, Hasher, digest_of};

use super::folder::{FILE_MODE, Folder};
use super::index::{self, Current, INDEX_BYTES};
use super::layout::INDEX;
use super::published_list::PublishedList;
use super::{Publication, StoreError, Writer};

/// Bytes of the list that are written at once.
const CHUNK: usize = 256 * 1024;

/// Whether publishing changed anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Published {
    /// A new index is in place.
    Changed,
    /// It was all published already: no file was touched.
    Unchanged,
}

impl Writer<'_> {
    /// Publishes names, manifests and blobs at once, in place of what is published now.
    ///
    /// Everything that is newly named must be in the store with its size, or it fails with
    /// [`StoreError::NotHeld`] and changes nothing.
    pub fn publish(&self, publication: &Publication) -> Result<Published, StoreError> {
        let layout = self.layout;
        require_one_description(&publication.catalog)?;
        let current = Current::read(layout)?;
        self.require_new_content(&current, publication)?;
        drop(current);
        let list = self.write_list(publication)?;
        let text = index::text(&publication.catalog, &list);
        require_readable(&layout.root, INDEX, text.len())?;
        if layout.root.read(INDEX, INDEX_BYTES)?.as_deref() == Some(text.as_bytes()) {
            return Ok(Published::Unchanged);
        }
        self.replace(&layout.root, INDEX, text.as_bytes())?;
        Ok(Published::Changed)
    }

    fn require_new_content(
        &self,
        current: &Current,
        publication: &Publication,
    ) -> Result<(), StoreError> {
        let known = |digest: &Digest| {
            let manifest = current.catalog.manifests.get(digest);
            manifest.map_or_else(|| current.list.size(digest), |found| Some(found.size))
        };
        let names = publication.catalog.names.values();
        let manifests = names.chain(publication.catalog.manifests.values());
        let manifests = manifests.map(|manifest| (&manifest.digest, manifest.size));
        let blobs = publication
            .blobs
            .iter()
            .map(|(digest, size)| (digest, *size));
        for (digest, size) in manifests.chain(blobs) {
            if known(digest) == Some(size) {
                continue;
            }
            let (folder, name) = self.layout.blobs.place(digest);
            let there = folder.entry(&name)?.file();
            if there.map(|marks| marks.size) != Some(size) {
                return Err(StoreError::NotHeld(*digest));
            }
        }
        Ok(())
    }

    /// Writes the list of blobs, unless it is there; returns its digest.
    fn write_list(&self, publication: &Publication) -> Result<Digest, StoreError> {
        let folder = &self.layout.published;
        let temp = self.temp_file(FILE_MODE)?;
        let mut hasher = Hasher::new(Algorithm::Sha256);
        let mut text = String::with_capacity(CHUNK + 256);
        let mut written = 0;
        let mut flush = |text: &mut String| {
            written += text.len();
            require_readable(folder, "", written)?;
            hasher.update(text.as_bytes());
            temp.write(text.as_bytes(), text.len() as u64)?;
            text.clear();
            Ok::<(), StoreError>(())
        };
        for (digest, size) in &publication.blobs {
            text.push_str(&PublishedList::line(digest, *size));
            if text.len() >= CHUNK {
                flush(&mut text)?;
            }
        }
        flush(&mut text)?;
        let digest = hasher.finish();
        let name = digest.hex();
        let there = folder.read(&name, INDEX_BYTES)?;
        if there.is_none_or(|bytes| digest_of(Algorithm::Sha256, &bytes) != digest) {
            temp.publish(folder, &name, true)?;
        }
        Ok(digest)
    }
}

/// Fails where a reader would refuse the file for its length.
fn require_readable(folder: &Folder, name: &str, length: usize) -> Result<(), StoreError> {
    if length as u64 > INDEX_BYTES {
        return Err(StoreError::TooLarge {
            path: folder.path().join(name),
            limit: INDEX_BYTES,
        });
    }
    Ok(())
}

/// Fails where one digest has two sizes or media types: no index could say both.
fn require_one_description(catalog: &Catalog) -> Result<(), StoreError> {
    let mut seen: BTreeMap<&Digest, &Descriptor> = BTreeMap::new();
    for descriptor in catalog.manifests.values().chain(catalog.names.values()) {
        match seen.insert(&descriptor.digest, descriptor) {
            Some(before) if before != descriptor => {
                let told = |d: &Descriptor| format!("{} of {} bytes", d.media_type, d.size);
                return Err(StoreError::TwoDescriptions {
                    digest: descriptor.digest,
                    one: told(before),
                    other: told(descriptor),
                });
            }
            _ => {}
        }
    }
    Ok(())
}
