//! A blob whose digest shows only when it is whole: what an encoder writes.

use lock_format::{Algorithm, Blob};

use crate::oci::Hasher;
use crate::store::StoreError;
use crate::store::folder::FILE_MODE;
use crate::store::moves::rename;
use crate::store::temp_file::TempFile;
use crate::store::write_by_take::write_by_take;

use super::Cache;
use super::locked::{is_named, lock};

/// Takes bytes and gives them the name of their SHA-256.
///
/// Dropped without [`finish`](Self::finish), it leaves nothing.
#[derive(Debug)]
pub struct UnnamedWriter<'c> {
    cache: &'c Cache,
    temp: TempFile<'c>,
    size: u64,
    hasher: Hasher,
}

impl Cache {
    /// Begins a blob whose digest is not known yet.
    pub fn unnamed(&self) -> Result<UnnamedWriter<'_>, StoreError> {
        Ok(UnnamedWriter {
            cache: self,
            temp: self.locked_temp()?,
            size: 0,
            hasher: Hasher::new(Algorithm::Sha256),
        })
    }

    /// Makes a temporary file that no other process sweeps: one that was swept before it could be
    /// locked is given up for the next name.
    pub(super) fn locked_temp(&self) -> Result<TempFile<'_>, StoreError> {
        loop {
            let name = self.temp_name();
            let temp = TempFile::create(self.disk.as_ref(), &self.tmp, name.clone(), FILE_MODE)?;
            if lock(&self.tmp, &name, temp.file())? && is_named(&self.tmp, &name, temp.file())? {
                return Ok(temp);
            }
            temp.keep();
        }
    }
}

impl UnnamedWriter<'_> {
    /// Takes the next bytes.
    pub fn take(&mut self, bytes: &[u8]) -> Result<(), StoreError> {
        self.temp.write(bytes, bytes.len() as u64)?;
        self.hasher.update(bytes);
        self.size += bytes.len() as u64;
        Ok(())
    }

    /// Ends the blob and tells which it is. [`Cache::sync`] makes it durable.
    pub fn finish(self) -> Result<Blob, StoreError> {
        let digest = self.hasher.finish();
        let blob = Blob {
            digest,
            size: self.size,
        };
        let (folder, name) = self.cache.blobs.place(&digest);
        // Its lock goes when the file is closed, which is after the rename.
        let temp = self.temp;
        rename(
            self.cache.disk.as_ref(),
            (&self.cache.tmp, temp.name()),
            (folder, &name),
            true,
        )?;
        temp.keep();
        self.cache.finished(blob);
        Ok(blob)
    }
}

write_by_take!(UnnamedWriter<'_>);
