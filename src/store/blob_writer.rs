//! A blob on its way into the store: digested while it is written.

use std::sync::PoisonError;

use lock_format::Blob;

use super::folder::BLOB_MODE;
use super::promised::Promised;
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
    promised: Promised,
}

impl Writer<'_> {
    /// Begins to write a blob, whether or not one is there: a damaged one is replaced.
    pub fn blob(&self, blob: Blob) -> Result<BlobWriter<'_>, StoreError> {
        Ok(BlobWriter {
            writer: self,
            temp: self.temp_file(BLOB_MODE)?,
            promised: Promised::new(blob),
        })
    }
}

impl BlobWriter<'_> {
    /// Takes the next bytes; refuses those beyond the promised size. After an error, drop it.
    pub fn take(&mut self, bytes: &[u8]) -> Result<(), StoreError> {
        let needed = self.promised.left();
        self.promised.take(bytes)?;
        self.temp.write(bytes, needed)
    }

    /// Ends the blob. It becomes visible with [`Writer::commit_blobs`].
    ///
    /// Fails, and leaves nothing, unless size and digest are what was promised.
    pub fn finish(self) -> Result<(), StoreError> {
        let blob = self.promised.blob();
        self.promised.finish()?;
        let staged = Staged {
            temp: self.temp.keep(),
            blob,
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
