//! Small documents read whole, bounded by the length that was promised.

use std::io::{self, Read};

use lock_format::Blob;

/// Reads a blob that is already known to be short; the reader verifies it.
pub(super) fn read_whole(mut reader: impl Read, blob: Blob) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::with_capacity(usize::try_from(blob.size).unwrap_or(0));
    #[expect(
        clippy::disallowed_methods,
        reason = "the verifying reader stops at the promised size"
    )]
    reader.read_to_end(&mut bytes)?;
    Ok(bytes)
}
