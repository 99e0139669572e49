//! Where canonical text goes: into memory, or against the bytes that were read.

use super::JsonError;

/// Takes canonical text piece by piece.
pub trait Sink {
    /// Takes the next bytes.
    fn put(&mut self, bytes: &[u8]);
}

impl Sink for Vec<u8> {
    fn put(&mut self, bytes: &[u8]) {
        self.extend_from_slice(bytes);
    }
}

/// Compares text with what it should be, without holding it.
struct Comparison<'a> {
    expected: &'a [u8],
    at: usize,
    equal: bool,
}

impl Sink for Comparison<'_> {
    fn put(&mut self, bytes: &[u8]) {
        let end = self.at.saturating_add(bytes.len());
        self.equal = self.equal && self.expected.get(self.at..end) == Some(bytes);
        if self.equal {
            self.at = end;
        }
    }
}

/// Fails unless `write` writes exactly `bytes`.
pub fn check(bytes: &[u8], write: impl FnOnce(&mut dyn Sink)) -> Result<(), JsonError> {
    let mut comparison = Comparison {
        expected: bytes,
        at: 0,
        equal: true,
    };
    write(&mut comparison);
    if comparison.equal && comparison.at == bytes.len() {
        Ok(())
    } else {
        Err(JsonError::NotCanonical {
            at: comparison.at,
            why: "written again, the value reads otherwise",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_equal_text_passes() {
        let write = |sink: &mut dyn Sink| {
            sink.put(b"ab");
            sink.put(b"c");
        };
        assert_eq!(check(b"abc", write), Ok(()));
        for other in [&b"abd"[..], b"ab", b"abcd", b"", b"bbc"] {
            assert!(check(other, write).is_err(), "{other:?}");
        }
    }
}
