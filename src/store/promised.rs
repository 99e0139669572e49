//! Bytes held against the blob that was promised, while they are written.

use lock_format::Blob;

use crate::oci::{Hasher, VerifyError};

/// How much of a promised blob has come, and its digest so far.
#[derive(Debug)]
pub(super) struct Promised {
    blob: Blob,
    taken: u64,
    hasher: Hasher,
}

impl Promised {
    /// Begins with no bytes.
    pub(super) fn new(blob: Blob) -> Self {
        Self {
            blob,
            taken: 0,
            hasher: Hasher::new(blob.digest.algorithm()),
        }
    }

    /// Returns the blob that was promised.
    pub(super) fn blob(&self) -> Blob {
        self.blob
    }

    /// Returns how many bytes have come.
    pub(super) fn taken(&self) -> u64 {
        self.taken
    }

    /// Returns how many bytes are still to come.
    pub(super) fn left(&self) -> u64 {
        self.blob.size.saturating_sub(self.taken)
    }

    /// Takes the next bytes; fails, and takes none, where they go beyond the promised size.
    pub(super) fn take(&mut self, bytes: &[u8]) -> Result<(), VerifyError> {
        let count = bytes.len() as u64;
        if count > self.left() {
            let Blob { digest, size } = self.blob;
            return Err(VerifyError::Long { digest, size });
        }
        self.hasher.update(bytes);
        self.taken += count;
        Ok(())
    }

    /// Fails unless size and digest are what was promised.
    pub(super) fn finish(self) -> Result<(), VerifyError> {
        let Blob { digest, size } = self.blob;
        let taken = self.taken;
        if taken < size {
            return Err(VerifyError::Short {
                digest,
                size,
                taken,
            });
        }
        let found = self.hasher.finish();
        if found != digest {
            let promised = digest;
            return Err(VerifyError::Digest { promised, found });
        }
        Ok(())
    }
}
