//! The header of an age file, bounded before age sees it: its own reader has no bound.

use std::fs::File;
use std::os::unix::fs::FileExt as _;
use std::sync::Arc;

use super::SealError;
use crate::diagnostic::sanitize;

/// How every age file begins.
const MAGIC: &[u8] = b"age-encryption.org/";
/// The version that is known.
const VERSION: &[u8] = b"v1\n";
/// Longest header, in bytes.
const LONGEST: usize = 64 * 1024;
/// Most stanzas.
const STANZAS: usize = 64;
/// Characters of a full line of a stanza's body.
const LINE: usize = 64;
/// Bytes of the nonce that follows the header.
const NONCE: usize = 16;

/// Reads header and nonce, once: every later reader of the file uses these bytes.
pub(super) fn read_head(file: &File, size: u64) -> Result<Arc<[u8]>, SealError> {
    let wanted = usize::try_from(size)
        .unwrap_or(usize::MAX)
        .min(LONGEST + NONCE);
    let mut bytes = vec![0; wanted];
    file.read_exact_at(&mut bytes, 0).map_err(SealError::Read)?;
    let length = header_length(&bytes)?;
    let head = bytes.get(..length + NONCE).ok_or(SealError::Truncated)?;
    Ok(head.into())
}

/// Returns the length of the header at the beginning of `bytes`.
///
/// A stanza ends with a line that is not full, as the specification of age says; its reader takes older
/// files that have none.
fn header_length(bytes: &[u8]) -> Result<usize, SealError> {
    let magic = bytes.get(..MAGIC.len()).unwrap_or(bytes);
    if !MAGIC.starts_with(magic) || bytes.is_empty() {
        return Err(SealError::NotAnEnvelope);
    }
    let rest = bytes.get(MAGIC.len()..).ok_or(SealError::Truncated)?;
    let version = rest.get(..VERSION.len()).ok_or(SealError::Truncated)?;
    if version != VERSION {
        return Err(other_version(rest));
    }
    let mut length = MAGIC.len() + VERSION.len();
    let mut stanzas = 0;
    let (mut in_body, mut unended) = (false, false);
    for line in bytes
        .get(length..)
        .unwrap_or_default()
        .split_inclusive(|byte| *byte == b'\n')
    {
        length += line.len();
        if length > LONGEST || stanzas > STANZAS {
            return Err(SealError::HeaderTooLong);
        }
        let last = line.starts_with(b"---") && line.ends_with(b"\n");
        let begins = line.starts_with(b"->");
        unended |= in_body && (begins || last);
        if last {
            return if unended {
                Err(SealError::WrongKey)
            } else {
                Ok(length)
            };
        }
        in_body = begins || (in_body && line.len() > LINE);
        stanzas += usize::from(begins);
    }
    // More than the limit was told in the loop.
    Err(SealError::Truncated)
}

/// Tells a later version of age from a header that is damaged, by a transfer as text for one.
fn other_version(rest: &[u8]) -> SealError {
    let word = rest.split(|byte| *byte == b'\n').next().unwrap_or_default();
    match word {
        [b'v', digits @ ..] if !digits.is_empty() && digits.iter().all(u8::is_ascii_digit) => {
            SealError::EnvelopeNewer {
                version: sanitize(&String::from_utf8_lossy(word), 16),
            }
        }
        _ => SealError::WrongKey,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(stanzas: usize, filler: usize) -> Vec<u8> {
        let mut text = "age-encryption.org/v1\n".to_owned();
        text.push_str(&"-> X25519 a\nbody\n".repeat(stanzas));
        text.push_str(&"x".repeat(filler));
        text.push_str("\n--- mac\n");
        text.into_bytes()
    }

    #[test]
    fn the_header_ends_with_its_mac_line() {
        let mut bytes = header(1, 3);
        let length = bytes.len();
        bytes.extend_from_slice(b"nonce and chunks\n--- not this\n");
        assert_eq!(header_length(&bytes).unwrap(), length);
    }

    #[test]
    fn limits_hold_at_the_limit_and_one_above() {
        let fixed = header(1, 0).len();
        assert_eq!(header_length(&header(1, LONGEST - fixed)).unwrap(), LONGEST);
        assert!(matches!(
            header_length(&header(1, LONGEST - fixed + 1)),
            Err(SealError::HeaderTooLong)
        ));
        assert!(header_length(&header(STANZAS, 0)).is_ok());
        assert!(matches!(
            header_length(&header(STANZAS + 1, 0)),
            Err(SealError::HeaderTooLong)
        ));
        assert!(matches!(
            header_length(&header(1, LONGEST * 2)[..LONGEST + NONCE]),
            Err(SealError::HeaderTooLong)
        ));
    }

    #[test]
    fn a_stanza_ends_with_a_line_that_is_not_full() {
        let full = "A".repeat(LINE);
        for (stanzas, ended) in [
            ("-> a\n\n".to_owned(), true),
            (format!("-> a\n{full}\n\n"), true),
            (format!("-> a\n{full}\nAAAA\n-> b\n\n"), true),
            ("-> a\n".to_owned(), false),
            (format!("-> a\n{full}\n"), false),
            (format!("-> a\n{full}\n-> b\n\n"), false),
        ] {
            let text = format!("age-encryption.org/v1\n{stanzas}--- mac\n");
            let found = header_length(text.as_bytes());
            assert_eq!(found.is_ok(), ended, "{stanzas}");
        }
    }

    #[test]
    fn other_files_other_versions_and_short_files_are_told_apart() {
        assert!(matches!(header_length(b""), Err(SealError::NotAnEnvelope)));
        assert!(matches!(
            header_length(b"-----BEGIN AGE ENCRYPTED FILE-----"),
            Err(SealError::NotAnEnvelope)
        ));
        assert!(matches!(
            header_length(b"age-encryption.org/v2\n"),
            Err(SealError::EnvelopeNewer { version }) if version == "v2"
        ));
        for damaged in ["v1\r\n", "V1\n", "v\n", "v1\u{1b}[2J\n", "u1\n"] {
            let text = format!("age-encryption.org/{damaged}-> x\r\n\r\n--- x\r\n");
            assert!(
                matches!(header_length(text.as_bytes()), Err(SealError::WrongKey)),
                "{damaged:?}"
            );
        }
        let whole = header(2, 0);
        for length in 1..whole.len() {
            assert!(
                matches!(header_length(&whole[..length]), Err(SealError::Truncated)),
                "{length}"
            );
        }
    }
}
