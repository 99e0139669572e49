//! Digests computed while bytes pass.

use lock_format::{Algorithm, Digest};
use sha2::Digest as _;

/// Computes a digest piece by piece.
#[derive(Clone)]
pub struct Hasher(Inner);

#[derive(Clone)]
enum Inner {
    Sha256(sha2::Sha256),
    Sha512(Box<sha2::Sha512>),
}

impl Hasher {
    /// Starts a digest of `algorithm`.
    pub fn new(algorithm: Algorithm) -> Self {
        Self(match algorithm {
            Algorithm::Sha256 => Inner::Sha256(sha2::Sha256::new()),
            Algorithm::Sha512 => Inner::Sha512(Box::default()),
        })
    }

    /// Takes the next bytes.
    pub fn update(&mut self, bytes: &[u8]) {
        match &mut self.0 {
            Inner::Sha256(state) => state.update(bytes),
            Inner::Sha512(state) => state.update(bytes),
        }
    }

    /// Ends with the digest of all bytes taken.
    pub fn finish(self) -> Digest {
        match self.0 {
            Inner::Sha256(state) => Digest::Sha256(state.finalize().into()),
            Inner::Sha512(state) => Digest::Sha512(state.finalize().into()),
        }
    }
}

impl std::fmt::Debug for Hasher {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self.0 {
            Inner::Sha256(_) => "Hasher(sha256)",
            Inner::Sha512(_) => "Hasher(sha512)",
        })
    }
}

/// Returns the digest of bytes that are already in memory.
pub fn digest_of(algorithm: Algorithm, bytes: &[u8]) -> Digest {
    let mut hasher = Hasher::new(algorithm);
    hasher.update(bytes);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_answers() {
        // FIPS 180-4 example: the message "abc".
        assert_eq!(
            digest_of(Algorithm::Sha256, b"abc").hex(),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
        assert!(
            digest_of(Algorithm::Sha512, b"abc")
                .hex()
                .starts_with("ddaf35a193617abacc417349ae204131")
        );
    }

    #[test]
    fn pieces_give_the_digest_of_the_whole() {
        for algorithm in [Algorithm::Sha256, Algorithm::Sha512] {
            let mut hasher = Hasher::new(algorithm);
            hasher.update(b"a");
            hasher.update(b"bc");
            assert_eq!(hasher.finish(), digest_of(algorithm, b"abc"));
        }
    }
}
