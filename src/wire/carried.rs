//! One entry of a bundle.

use lock_format::{Blob, Digest};

use super::Encoding;
use super::address::at_most;
use super::json::{JsonError, ObjectWriter, Reader, need};
use crate::run::limits::BLOB_BYTES;

/// A blob in a bundle, and how it is carried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Carried {
    /// As it is.
    Raw(Blob),
    /// As one Zstandard frame.
    Zstd {
        /// The blob.
        content: Blob,
        /// The frame.
        payload: Blob,
    },
}

impl Carried {
    /// Returns the blob, once decoded.
    pub fn content(&self) -> Blob {
        match self {
            Self::Raw(content) | Self::Zstd { content, .. } => *content,
        }
    }

    /// Returns the bytes as they stand in the payload.
    pub fn payload(&self) -> Blob {
        match self {
            Self::Raw(payload) | Self::Zstd { payload, .. } => *payload,
        }
    }

    /// Returns how it is carried.
    pub fn encoding(&self) -> Encoding {
        match self {
            Self::Raw(_) => Encoding::Raw,
            Self::Zstd { .. } => Encoding::Zstd,
        }
    }

    /// Reads an entry and the path it claims.
    pub(super) fn read(reader: &mut Reader<'_>) -> Result<(String, Self), JsonError> {
        let (mut digest, mut size, mut encoding) = (None, None, None);
        let (mut path, mut payload_digest, mut payload_size) = (None, None, None);
        let (mut bases, mut params) = (None, None);
        reader.object(|key, value| {
            match key {
                "bases" => bases = Some(value.array(|_| Err(JsonError::newer("bases")))?),
                "digest" => digest = Some(value.parsed("digest")?),
                "encoding" => encoding = Some(value.string()?.into_owned()),
                "params" => params = Some(value.object(|key, _| Err(JsonError::newer(key)))?),
                "path" => path = Some(value.string()?.into_owned()),
                "payload_digest" => payload_digest = Some(value.parsed("payload_digest")?),
                "payload_size" => payload_size = Some(value.integer()?),
                "size" => size = Some(value.integer()?),
                _ => return Err(JsonError::newer(key)),
            }
            Ok(())
        })?;
        need(bases, "bases")?;
        need(params, "params")?;
        let content = Blob {
            digest: need(digest, "digest")?,
            size: need(size, "size")?,
        };
        let payload = Blob {
            digest: need(payload_digest, "payload_digest")?,
            size: need(payload_size, "payload_size")?,
        };
        let carried = match need(encoding, "encoding")?.as_str() {
            "raw" if content == payload => Self::Raw(content),
            "raw" => {
                return Err(JsonError::bad(
                    "payload_digest",
                    "differs from the digest of an entry that is raw",
                ));
            }
            "zstd" => Self::Zstd { content, payload },
            other => return Err(JsonError::newer(other)),
        };
        Ok((need(path, "path")?, carried))
    }

    pub(super) fn write(&self, path: &str, o: &mut ObjectWriter<'_>) {
        let (content, payload) = (self.content(), self.payload());
        o.texts("bases", None::<Digest>);
        o.string("digest", content.digest);
        o.string("encoding", self.encoding());
        o.object("params", |_| {});
        o.string("path", path);
        o.string("payload_digest", payload.digest);
        o.integer("payload_size", payload.size);
        o.integer("size", content.size);
    }

    pub(super) fn check(&self) -> Result<(), JsonError> {
        at_most(
            BLOB_BYTES,
            [self.content(), self.payload()].map(|blob| ("bytes of a blob", blob.size)),
        )
    }
}
