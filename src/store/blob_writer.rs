//! A blob on its way into the store: digested while it is written.

use std::sync::PoisonError;

use lock_format::Blob;

use crate::oci::{Hasher, VerifyError};

use super::folder::BLOB_MODE;
use super::staged::Staged;
use super::temp_file::TempFile;
use super::write_by_take::write_by_take;
use super::{StoreError, Writer};

/// Takes the bytes of one blob. They must not be digested by the caller too.
///
/// Dropped without [`finish`](Self::finish), it leaves nothing.
#[derive(Debug)]
pub struct BlobWriter<'w> {
    writer: &'w Writer<'w>,
    temp: TempFile<'w>,
    blob: Blob,
    taken: u64,
    hasher: Hasher,
}

impl Writer<'_> {
    /// Begins to write a blob, whether or not one is there: a damaged one is replaced.
    pub fn blob(&self, blob: Blob) -> Result<BlobWriter<'_>, StoreError> {
        Ok(BlobWriter {
            writer: self,
            temp: self.temp_file(BLOB_MODE)?,
            blob,
            taken: 0,
            hasher: Hasher::new(blob.digest.algorithm()),
        })
    }
}

impl BlobWriter<'_> {
    /// Takes the next bytes; refuses those beyond the promised size.
    pub fn take(&mut self, bytes: &[u8]) -> Result<(), StoreError> {
        let Blob { digest, size } = self.blob;
        let left = size.saturating_sub(self.taken);
        if bytes.len() as u64 > left {
            return Err(VerifyError::Long { digest, size }.into());
        }
        self.hasher.update(bytes);
        self.temp.write(bytes, left)?;
        self.taken += bytes.len() as u64;
        Ok(())
    }

    /// Ends the blob. It becomes visible with [`Writer::commit_blobs`].
    ///
    /// Fails, and leaves nothing, unless size and digest are what was promised.
    pub fn finish(self) -> Result<(), StoreError> {
        let Blob { digest, size } = self.blob;
        let taken = self.taken;
        if taken < size {
            return Err(VerifyError::Short {
                digest,
                size,
                taken,
            }
            .into());
        }
        let found = self.hasher.finish();
        if found != digest {
            let promised = digest;
            return Err(VerifyError::Digest { promised, found }.into());
        }
        let staged = Staged {
            temp: self.temp.keep(),
            blob: self.blob,
        };
        self.writer
            .staged
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(staged);
        Ok(())
    }
}

write_by_take!(BlobWriter<'_>);
