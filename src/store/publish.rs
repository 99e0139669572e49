//! Publishing: the list of blobs, then `index.json`, by one rename.

use lock_format::{Algorithm, Digest};

use crate::oci::Hasher;

use super::folder::FILE_MODE;
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
        let current = Current::read(layout)?;
        self.require_new_content(&current, publication)?;
        drop(current);
        let list = self.write_list(publication)?;
        let text = index::text(&publication.catalog, &list);
        if text.len() as u64 > INDEX_BYTES {
            let path = layout.root.path().join(INDEX);
            return Err(StoreError::broken(
                &path,
                "it would be longer than can be read",
            ));
        }
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
            current.catalog.manifests.contains_key(digest) || current.list.size(digest).is_some()
        };
        let names = publication.catalog.names.values();
        let manifests = names.chain(publication.catalog.manifests.values());
        let blobs = publication
            .blobs
            .iter()
            .map(|(digest, size)| (digest, *size));
        for (digest, size) in manifests.map(|m| (&m.digest, m.size)).chain(blobs) {
            let (folder, name) = self.layout.blobs.place(digest);
            if known(digest) {
                continue;
            }
            let there = folder.entry(&name)?.file();
            if there.map(|marks| marks.size) != Some(size) {
                return Err(StoreError::NotHeld(*digest));
            }
        }
        Ok(())
    }

    /// Writes the list of blobs, unless it is there; returns its digest.
    fn write_list(&self, publication: &Publication) -> Result<Digest, StoreError> {
        let temp = self.temp_file(FILE_MODE)?;
        let mut hasher = Hasher::new(Algorithm::Sha256);
        let mut text = String::with_capacity(CHUNK + 256);
        for (digest, size) in &publication.blobs {
            text.push_str(&PublishedList::line(digest, *size));
            if text.len() >= CHUNK {
                hasher.update(text.as_bytes());
                temp.write(text.as_bytes(), text.len() as u64)?;
                text.clear();
            }
        }
        hasher.update(text.as_bytes());
        temp.write(text.as_bytes(), text.len() as u64)?;
        let digest = hasher.finish();
        let name = digest.hex();
        let folder = &self.layout.published;
        let there = folder.read(&name, INDEX_BYTES)?;
        if there.is_none_or(|bytes| crate::oci::digest_of(Algorithm::Sha256, &bytes) != digest) {
            temp.publish(folder, &name, true)?;
        }
        Ok(digest)
    }
}
