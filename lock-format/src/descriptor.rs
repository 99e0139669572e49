//! A content descriptor (OCI image specification, descriptor.md), reduced to what identifies bytes.

use crate::{Digest, MediaType};

/// Identifies a blob: what it is, how long, and how to read it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Descriptor {
    /// The digest of the bytes.
    pub digest: Digest,
    /// The length in bytes.
    pub size: u64,
    /// How the bytes are to be read.
    pub media_type: MediaType,
}
