//! Layers: a tar of files, as it is or compressed.

use std::io::{self, Write as _};

use flate2::Compression;
use flate2::write::GzEncoder;
use lock_format::{Algorithm, Digest};

use crate::oci::digest_of;

/// A file of a layer: path and content.
pub type File<'a> = (&'a str, &'a [u8]);

/// A layer: its bytes, and the digest of the tar inside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layer {
    /// The media type after `application/vnd.oci.image.layer.` or its Docker counterpart.
    pub(super) kind: Kind,
    /// The bytes as a registry holds them.
    pub bytes: Vec<u8>,
    /// The digest of the uncompressed tar.
    pub diff_id: Digest,
    /// Where a foreign layer may be had.
    pub urls: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Plain,
    Gzip,
    Zstd,
    Foreign,
}

impl Layer {
    /// A tar without compression. Fails on a path that tar cannot name.
    pub fn plain(files: &[File<'_>]) -> io::Result<Self> {
        let tar = tar(files)?;
        Ok(Self::new(Kind::Plain, tar.clone(), &tar))
    }

    /// A tar with gzip, as most images have it. Fails on a path that tar cannot name.
    pub fn gzip(files: &[File<'_>]) -> io::Result<Self> {
        let tar = tar(files)?;
        // The header's time is zero: the same files give the same bytes.
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(&tar)?;
        Ok(Self::new(Kind::Gzip, encoder.finish()?, &tar))
    }

    /// A tar with zstd. Fails on a path that tar cannot name.
    pub fn zstd(files: &[File<'_>]) -> io::Result<Self> {
        let tar = tar(files)?;
        let bytes = zstd::encode_all(tar.as_slice(), zstd::DEFAULT_COMPRESSION_LEVEL)?;
        Ok(Self::new(Kind::Zstd, bytes, &tar))
    }

    /// A layer that registries do not hold, to be had from `urls`. Fails like [`gzip`](Self::gzip).
    pub fn foreign(files: &[File<'_>], urls: &[&str]) -> io::Result<Self> {
        Ok(Self {
            kind: Kind::Foreign,
            urls: urls.iter().map(|&url| url.to_owned()).collect(),
            ..Self::gzip(files)?
        })
    }

    fn new(kind: Kind, bytes: Vec<u8>, tar: &[u8]) -> Self {
        Self {
            kind,
            bytes,
            diff_id: digest_of(Algorithm::Sha256, tar),
            urls: Vec::new(),
        }
    }
}

fn tar(files: &[File<'_>]) -> io::Result<Vec<u8>> {
    let mut builder = tar::Builder::new(Vec::new());
    for (path, content) in files {
        let mut header = tar::Header::new_ustar();
        header.set_size(content.len() as u64);
        header.set_mode(0o644);
        header.set_mtime(0);
        header.set_uid(0);
        header.set_gid(0);
        builder.append_data(&mut header, path, *content)?;
    }
    builder.into_inner()
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILES: &[File<'_>] = &[("etc/motd", b"hello\n"), ("bin/app", b"#!/bin/sh\n")];

    #[test]
    fn every_kind_holds_the_same_tar() {
        let plain = Layer::plain(FILES).unwrap();
        let gzip = Layer::gzip(FILES).unwrap();
        let zstd = Layer::zstd(FILES).unwrap();
        let mut unpacked = Vec::new();
        io::copy(
            &mut flate2::read::GzDecoder::new(gzip.bytes.as_slice()),
            &mut unpacked,
        )
        .unwrap();
        assert_eq!(unpacked, plain.bytes);
        assert_eq!(
            zstd::decode_all(zstd.bytes.as_slice()).unwrap(),
            plain.bytes
        );
        for layer in [&plain, &gzip, &zstd] {
            assert_eq!(layer.diff_id, digest_of(Algorithm::Sha256, &plain.bytes));
        }
    }

    #[test]
    fn the_same_files_give_the_same_bytes() {
        assert_eq!(Layer::gzip(FILES).unwrap(), Layer::gzip(FILES).unwrap());
        assert_ne!(
            Layer::gzip(&FILES[..1]).unwrap().bytes,
            Layer::gzip(FILES).unwrap().bytes
        );
    }
}
