//! Keys from a phrase (section 3.1): HKDF-SHA256, one label for each key.

use hkdf::Hkdf;
use sha2::Sha256;
use zeroize::Zeroizing;

use super::Phrase;
use super::pair::Pair;

/// Keeps these keys apart from any others that the same entropy might give.
const SALT: &[u8] = b"airlock/v1/phrase";

/// Both pairs that a phrase gives.
pub(super) struct PhrasePairs {
    /// Opens and signs requests and receipts.
    pub(super) request: Pair,
    /// Opens and signs bundles.
    pub(super) bundle: Pair,
}

/// Derives both pairs.
pub(super) fn derive(phrase: &Phrase) -> PhrasePairs {
    let prk = Hkdf::<Sha256>::new(Some(SALT), phrase.entropy());
    PhrasePairs {
        request: Pair::new(
            &key(&prk, "airlock/v1/request/age-x25519"),
            &key(&prk, "airlock/v1/request/ed25519"),
        ),
        bundle: Pair::new(
            &key(&prk, "airlock/v1/bundle/age-x25519"),
            &key(&prk, "airlock/v1/bundle/ed25519"),
        ),
    }
}

fn key(prk: &Hkdf<Sha256>, label: &str) -> Zeroizing<[u8; 32]> {
    let mut out = Zeroizing::new([0; 32]);
    prk.expand(label.as_bytes(), out.as_mut())
        .expect("HKDF-SHA256 gives up to 8160 bytes");
    out
}
