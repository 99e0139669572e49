//! Which blob carries another one in zstd.

use lock_format::{Blob, Digest};

use crate::store::StoreError;
use crate::store::folder::Folder;
use crate::store::moves::rename;

use super::Cache;

/// What came of encoding a blob.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoded {
    /// This blob of the cache decodes to it.
    As(Blob),
    /// It does not shrink enough: it is carried as it is.
    Raw,
}

/// Longest note, in bytes: a SHA-512, a size.
const NOTE_BYTES: u64 = 512;
const RAW: &str = "raw";

impl Cache {
    /// Returns what came of encoding a blob as zstd before; none where it was never tried.
    ///
    /// Whether the encoded blob is still there, [`has`](Self::has) tells.
    pub fn encoded(&self, digest: &Digest) -> Result<Option<Encoded>, StoreError> {
        let (folder, name) = self.note(digest);
        let bytes = folder.read(&name, NOTE_BYTES)?;
        // A note that cannot be read is as good as none: the blob is encoded again.
        Ok(bytes.and_then(|bytes| parse(&bytes)))
    }

    /// Notes what came of encoding a blob as zstd. A note needs no sync: one that a power loss took
    /// or broke costs another try.
    pub fn record_encoded(&self, digest: &Digest, encoded: Encoded) -> Result<(), StoreError> {
        let text = match encoded {
            Encoded::As(blob) => format!("{} {}\n", blob.digest, blob.size),
            Encoded::Raw => format!("{RAW}\n"),
        };
        let (folder, name) = self.note(digest);
        let temp = self.locked_temp()?;
        temp.write(text.as_bytes(), text.len() as u64)?;
        let from = (&self.tmp, temp.name());
        rename(self.disk.as_ref(), from, (folder, &name), true)?;
        temp.keep();
        Ok(())
    }

    fn note(&self, digest: &Digest) -> (&Folder, String) {
        let (folder, name) = self.encoded.place(digest);
        (folder, format!("{name}.zstd"))
    }
}

fn parse(bytes: &[u8]) -> Option<Encoded> {
    let line = std::str::from_utf8(bytes).ok()?.strip_suffix('\n')?;
    if line == RAW {
        return Some(Encoded::Raw);
    }
    let (digest, size) = line.split_once(' ')?;
    Some(Encoded::As(Blob {
        digest: digest.parse().ok()?,
        size: size.parse().ok()?,
    }))
}
