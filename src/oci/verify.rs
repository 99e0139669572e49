//! Bytes verified while they stream (STYLE rule: reading stops at the promised size).

use std::io::{self, Read};

use lock_format::{Blob, Digest};

use super::Hasher;

/// Passes bytes through and fails unless they are exactly the blob that was promised.
///
/// Reading never goes beyond the promised size plus one byte. The last read fails when the digest
/// differs, so whoever has read to the end without an error has the blob.
#[derive(Debug)]
pub struct VerifyingReader<R> {
    inner: R,
    blob: Blob,
    taken: u64,
    hasher: Option<Hasher>,
}

/// Tells how bytes differ from the blob that was promised. Found inside an [`io::Error`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum VerifyError {
    /// The bytes ended early.
    #[error("{digest} ended after {taken} of {size} bytes")]
    Short {
        /// The promised digest.
        digest: Digest,
        /// The promised length.
        size: u64,
        /// How many bytes came.
        taken: u64,
    },
    /// There were more bytes than promised.
    #[error("{digest} has more than the promised {size} bytes")]
    Long {
        /// The promised digest.
        digest: Digest,
        /// The promised length.
        size: u64,
    },
    /// The bytes are others.
    #[error("the bytes promised as {promised} are {found}")]
    Digest {
        /// The promised digest.
        promised: Digest,
        /// The digest of the bytes that came.
        found: Digest,
    },
}

impl VerifyError {
    /// Finds a verification failure inside an I/O error.
    pub fn within(error: &io::Error) -> Option<&Self> {
        error.get_ref().and_then(|inner| inner.downcast_ref())
    }
}

impl From<VerifyError> for io::Error {
    fn from(error: VerifyError) -> Self {
        Self::new(io::ErrorKind::InvalidData, error)
    }
}

impl<R: Read> VerifyingReader<R> {
    /// Verifies that `inner` is exactly `blob`.
    pub fn new(inner: R, blob: Blob) -> Self {
        let hasher = Some(Hasher::new(blob.digest.algorithm()));
        Self {
            inner,
            blob,
            taken: 0,
            hasher,
        }
    }

    /// Continues after `taken` bytes that `hasher` has already seen.
    pub fn resume(inner: R, blob: Blob, hasher: Hasher, taken: u64) -> Self {
        Self {
            inner,
            blob,
            taken,
            hasher: Some(hasher),
        }
    }

    fn end(&mut self) -> Result<(), VerifyError> {
        let Blob { digest, size } = self.blob;
        if self.taken < size {
            return Err(VerifyError::Short {
                digest,
                size,
                taken: self.taken,
            });
        }
        match self.hasher.take().map(Hasher::finish) {
            Some(found) if found != digest => Err(VerifyError::Digest {
                promised: digest,
                found,
            }),
            _ => Ok(()),
        }
    }
}

impl<R: Read> Read for VerifyingReader<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let Blob { digest, size } = self.blob;
        if buffer.is_empty() {
            return Ok(0);
        }
        let left = size.saturating_sub(self.taken);
        // One byte beyond the end tells a longer stream from an exact one.
        let window = usize::try_from(left)
            .unwrap_or(usize::MAX)
            .saturating_add(1)
            .min(buffer.len());
        let count = self
            .inner
            .read(buffer.get_mut(..window).unwrap_or_default())?;
        if count == 0 {
            self.end()?;
            return Ok(0);
        }
        if u64::try_from(count).unwrap_or(u64::MAX) > left {
            return Err(VerifyError::Long { digest, size }.into());
        }
        if let (Some(hasher), Some(bytes)) = (&mut self.hasher, buffer.get(..count)) {
            hasher.update(bytes);
        }
        self.taken = self
            .taken
            .saturating_add(u64::try_from(count).unwrap_or(u64::MAX));
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oci::digest_of;
    use lock_format::Algorithm;

    fn read(bytes: &[u8], promised: &[u8], size: u64) -> Result<Vec<u8>, VerifyError> {
        let blob = Blob {
            digest: digest_of(Algorithm::Sha256, promised),
            size,
        };
        let mut out = Vec::new();
        match io::copy(&mut VerifyingReader::new(bytes, blob), &mut out) {
            Ok(_) => Ok(out),
            Err(error) => Err(VerifyError::within(&error)
                .expect("a verification failure")
                .clone()),
        }
    }

    #[test]
    fn the_promised_bytes_pass() {
        assert_eq!(read(b"abc", b"abc", 3), Ok(b"abc".to_vec()));
        assert_eq!(read(b"", b"", 0), Ok(Vec::new()));
    }

    #[test]
    fn other_bytes_do_not() {
        assert!(matches!(
            read(b"ab", b"abc", 3),
            Err(VerifyError::Short { taken: 2, .. })
        ));
        assert!(matches!(
            read(b"abcd", b"abc", 3),
            Err(VerifyError::Long { .. })
        ));
        assert!(matches!(
            read(b"abd", b"abc", 3),
            Err(VerifyError::Digest { .. })
        ));
        assert!(matches!(read(b"x", b"", 0), Err(VerifyError::Long { .. })));
    }

    #[test]
    fn a_resumed_stream_verifies_the_whole() {
        let blob = Blob {
            digest: digest_of(Algorithm::Sha512, b"abc"),
            size: 3,
        };
        let mut hasher = Hasher::new(Algorithm::Sha512);
        hasher.update(b"a");
        let mut reader = VerifyingReader::resume(&b"bc"[..], blob, hasher, 1);
        assert_eq!(io::copy(&mut reader, &mut io::sink()).unwrap(), 2);
    }
}
