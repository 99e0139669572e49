//! age files made with the primitives alone, as its specification says.

use chacha20poly1305::aead::{Aead as _, KeyInit as _};
use chacha20poly1305::{ChaCha20Poly1305, Nonce};
use hkdf::Hkdf;
use hmac::{Hmac, Mac as _};
use sha2::Sha256;

use airlock::diagnostic::Diagnose as _;
use airlock::ops::transfer::TransferError;
use airlock::seal::{Keyring, SealError, SealedFile};

use crate::fixture::{NOW, file};

pub(crate) const CHUNK: usize = 65_536;
const VERSION: &str = "age-encryption.org/v1\n";

/// What may be wrong with a file, each field being right unless it is changed.
pub(crate) struct Made {
    /// The stanzas, as text.
    pub(crate) stanzas: String,
    /// Changes what stands behind `---` and a space.
    pub(crate) mac: fn(String) -> String,
    /// The chunks and whether each is marked as the last.
    chunks: Vec<(Vec<u8>, bool)>,
    /// Changes the payload, nonce included.
    pub(crate) payload: fn(Vec<u8>) -> Vec<u8>,
    pub(crate) version: &'static str,
}

pub(crate) const FILE_KEY: [u8; 16] = [0x17; 16];
pub(crate) const EPHEMERAL: [u8; 32] = [0x42; 32];

fn derive(ikm: &[u8], salt: &[u8], info: &[u8]) -> [u8; 32] {
    let mut key = [0; 32];
    Hkdf::<Sha256>::new(Some(salt), ikm)
        .expand(info, &mut key)
        .unwrap();
    key
}

fn seal(key: &[u8; 32], nonce: [u8; 12], bytes: &[u8]) -> Vec<u8> {
    let cipher = ChaCha20Poly1305::new(key.into());
    cipher.encrypt(Nonce::from_slice(&nonce), bytes).unwrap()
}

/// Base64 without padding (RFC 4648, section 4).
pub(crate) fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for three in bytes.chunks(3) {
        let mut padded = [0; 4];
        padded[1..=three.len()].copy_from_slice(three);
        let bits = u32::from_be_bytes(padded);
        for digit in 0..=three.len() {
            let index = (bits >> (18 - 6 * digit)) & 63;
            out.push(char::from(DIGITS[index as usize]));
        }
    }
    out
}

/// The point of the pair that opens requests, derived from the phrase of the fixture.
pub(crate) fn recipient() -> [u8; 32] {
    let entropy: Vec<u8> = (0..16).collect();
    let secret = derive(
        &entropy,
        b"airlock/v1/phrase",
        b"airlock/v1/request/age-x25519",
    );
    x25519_dalek::x25519(secret, x25519_dalek::X25519_BASEPOINT_BYTES)
}

/// A stanza over any share, to any point, that wraps any bytes.
pub(crate) fn stanza_of(share: &[u8], shared: &[u8; 32], to: &[u8; 32], file_key: &[u8]) -> String {
    let salt = [share, to].concat();
    let key = derive(shared, &salt, b"age-encryption.org/v1/X25519");
    let body = base64(&seal(&key, [0; 12], file_key));
    let lines: Vec<&str> = body
        .as_bytes()
        .chunks(64)
        .map(|line| std::str::from_utf8(line).unwrap())
        .collect();
    let end = if body.len().is_multiple_of(64) {
        "\n\n"
    } else {
        "\n"
    };
    format!("-> X25519 {}\n{}{end}", base64(share), lines.join("\n"))
}

pub(crate) fn stanza() -> String {
    stanza_wrapping(&FILE_KEY)
}

pub(crate) fn stanza_wrapping(file_key: &[u8]) -> String {
    let share = x25519_dalek::x25519(EPHEMERAL, x25519_dalek::X25519_BASEPOINT_BYTES);
    let shared = x25519_dalek::x25519(EPHEMERAL, recipient());
    stanza_of(&share, &shared, &recipient(), file_key)
}

impl Made {
    pub(crate) fn new(chunks: &[(usize, bool)]) -> Self {
        Self {
            stanzas: stanza(),
            mac: |mac| mac,
            chunks: chunks
                .iter()
                .map(|(n, last)| (vec![b'a'; *n], *last))
                .collect(),
            payload: |payload| payload,
            version: VERSION,
        }
    }

    pub(crate) fn bytes(&self) -> Vec<u8> {
        let header = format!("{}{}---", self.version, self.stanzas);
        let key = derive(&FILE_KEY, b"", b"header");
        let mut mac = <Hmac<Sha256> as hmac::Mac>::new_from_slice(&key).unwrap();
        mac.update(header.as_bytes());
        let mac = base64(&mac.finalize().into_bytes());
        let nonce = [7; 16];
        let key = derive(&FILE_KEY, &nonce, b"payload");
        let mut payload = nonce.to_vec();
        for (count, (chunk, last)) in (0_u64..).zip(&self.chunks) {
            let mut nonce = [0; 12];
            nonce[3..11].copy_from_slice(&count.to_be_bytes());
            nonce[11] = u8::from(*last);
            payload.extend(seal(&key, nonce, chunk));
        }
        let head = format!("{header}{}", (self.mac)(format!(" {mac}\n")));
        [head.into_bytes(), (self.payload)(payload)].concat()
    }
}

/// Seals chunks of a full length and a last one, behind a stanza that a reader skips, whose name has so
/// many letters.
pub(crate) fn sealed_with_filler(letters: usize, payload: &[u8]) -> Vec<u8> {
    let mut made = Made::new(&[]);
    made.stanzas = format!("-> {}\n\n{}", "x".repeat(letters), stanza());
    let last = payload.len().div_ceil(CHUNK);
    let chunks = (1..).zip(payload.chunks(CHUNK));
    made.chunks = chunks
        .map(|(number, chunk)| (chunk.to_vec(), number == last))
        .collect();
    made.bytes()
}

pub(crate) fn opened(sealed: &[u8], keyring: &Keyring) -> Result<Vec<u8>, &'static str> {
    let told = |error: SealError| error.code().as_str();
    let sealed = SealedFile::open(file(sealed), keyring.identities(NOW)).map_err(told)?;
    let length = sealed.length().map_err(told)?;
    let mut reader = sealed.reader_at(length, 0).map_err(told)?;
    let mut bytes = Vec::new();
    match std::io::copy(&mut reader, &mut bytes) {
        Ok(_) => {
            assert_eq!(bytes.len() as u64, length.bytes());
            Ok(bytes)
        }
        Err(error) => Err(TransferError::reading(error).code().as_str()),
    }
}
