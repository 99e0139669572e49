//! Whether a blob is carried as zstd: only where it shrinks by a tenth or more.

use std::io::{self, Read, Write as _};

use lock_format::Blob;

use super::BundleFailure;
use crate::diagnostic::Failure;
use crate::oci::ReadAt;
use crate::ops::transfer::zstd_encoder;
use crate::run::Run;
use crate::store::{Cache, Encoded};
use crate::wire::Carried;

/// Blobs below this gain nothing: a tar pads each entry to 512 bytes.
const SMALLEST: u64 = 1024;
/// Bytes of a sample; some of them tell whether the whole is worth trying.
const SAMPLE: u64 = 256 * 1024;
/// Samples of a long blob, evenly spread: a tar often begins with what is unlike its rest.
const SAMPLES: u64 = 8;
/// Bytes that are moved at once.
const PIECE: usize = 128 * 1024;

/// Decides how a blob of the cache is carried; compresses it once and remembers what came of it.
pub(super) fn carried(cache: &Cache, blob: Blob, run: &Run<'_>) -> Result<Carried, Failure> {
    match cache.encoded(&blob.digest)? {
        Some(Encoded::Raw) => return Ok(Carried::Raw(blob)),
        Some(Encoded::As(payload)) if cache.has(&payload, run)? => {
            return Ok(Carried::Zstd {
                content: blob,
                payload,
            });
        }
        _ => {}
    }
    let encoded = encode(cache, blob, run)?;
    cache.record_encoded(&blob.digest, encoded)?;
    Ok(match encoded {
        Encoded::As(payload) => Carried::Zstd {
            content: blob,
            payload,
        },
        Encoded::Raw => Carried::Raw(blob),
    })
}

fn encode(cache: &Cache, blob: Blob, run: &Run<'_>) -> Result<Encoded, Failure> {
    let failed = |cause| BundleFailure::Encode {
        digest: blob.digest,
        cause,
    };
    if blob.size < SMALLEST {
        return Ok(Encoded::Raw);
    }
    let Some(file) = cache.open_blob(&blob.digest)? else {
        return Ok(Encoded::Raw);
    };
    if is_compressed(&file).map_err(failed)? || !sample_shrinks(&file).map_err(failed)? {
        return Ok(Encoded::Raw);
    }
    let mut encoder = zstd_encoder(cache.unnamed()?).map_err(failed)?;
    encoder
        .set_pledged_src_size(Some(blob.size))
        .map_err(failed)?;
    let mut reader = Whole { file: &file, at: 0 };
    let mut piece = vec![0; PIECE];
    loop {
        run.cancel.check()?;
        let count = reader.read(&mut piece).map_err(failed)?;
        if count == 0 {
            break;
        }
        encoder
            .write_all(piece.get(..count).unwrap_or_default())
            .map_err(failed)?;
    }
    let payload = encoder.finish().map_err(failed)?.finish()?;
    Ok(if shrinks(blob.size, payload.size) {
        Encoded::As(payload)
    } else {
        Encoded::Raw
    })
}

/// Gzip, zstd and xz are known by their first bytes; trying them again is time lost.
fn is_compressed(file: &impl ReadAt) -> io::Result<bool> {
    let mut magic = [0; 6];
    let count = file.read_at(&mut magic, 0)?;
    let magic = magic.get(..count).unwrap_or_default();
    let known: [&[u8]; 4] = [
        &[0x1f, 0x8b],
        &[0x28, 0xb5, 0x2f, 0xfd],
        b"\xfd7zXZ\0",
        b"BZh",
    ];
    Ok(known.iter().any(|known| magic.starts_with(known)))
}

fn sample_shrinks(file: &impl ReadAt) -> io::Result<bool> {
    let mut encoder = zstd_encoder(Count(0))?;
    let mut taken = 0;
    for at in sample_places(file.size()) {
        taken += io::copy(&mut Whole { file, at }.take(SAMPLE), &mut encoder)?;
    }
    Ok(shrinks(taken, encoder.finish()?.0))
}

/// Where samples begin; a short blob is one sample after the other, whole.
fn sample_places(size: u64) -> Vec<u64> {
    let step = (size / SAMPLES).max(SAMPLE);
    (0..SAMPLES)
        .map(|number| number * step)
        .take_while(|at| *at < size)
        .collect()
}

/// A tenth or more.
fn shrinks(before: u64, after: u64) -> bool {
    after <= before - before / 10
}

/// Counts what is written to it.
struct Count(u64);

impl io::Write for Count {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 += bytes.len() as u64;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Reads from the front to the end.
struct Whole<'a, R> {
    file: &'a R,
    at: u64,
}

impl<R: ReadAt> Read for Whole<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.file.read_at(buffer, self.at)?;
        self.at += count as u64;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tenth_is_enough_and_less_is_not() {
        assert!(shrinks(1000, 900));
        assert!(!shrinks(1000, 901));
        assert!(!shrinks(0, 1));
    }

    #[test]
    fn what_is_compressed_already_is_known_by_its_first_bytes() {
        for (bytes, known) in [
            (&b"\x1f\x8b\x08\x00"[..], true),
            (b"\xfd7zXZ\0x", true),
            (b"{}", false),
            (b"", false),
        ] {
            assert_eq!(is_compressed(&bytes.to_vec()).unwrap(), known, "{bytes:?}");
        }
    }

    #[test]
    fn samples_cover_a_short_blob_and_spread_over_a_long_one() {
        assert_eq!(sample_places(SAMPLE + 1), [0, SAMPLE]);
        assert_eq!(
            sample_places(80 * SAMPLE),
            [0, 10, 20, 30, 40, 50, 60, 70].map(|at| at * SAMPLE)
        );
        assert!(sample_places(0).is_empty());
    }

    #[test]
    fn a_sample_of_text_shrinks_and_of_noise_does_not() {
        let noise: Vec<u8> = (0..4096_u32)
            .flat_map(|n| {
                crate::oci::digest_of(lock_format::Algorithm::Sha256, &n.to_le_bytes())
                    .as_bytes()
                    .to_vec()
            })
            .collect();
        assert!(sample_shrinks(&b"a line of text\n".repeat(500)).unwrap());
        assert!(!sample_shrinks(&noise).unwrap());
    }
}
