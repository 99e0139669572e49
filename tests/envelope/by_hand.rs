//! age files made with the primitives alone, as its specification says: the situations that the age
//! project publishes test vectors for, as far as X25519, headers and the chunks of a payload go.

use chacha20poly1305::aead::{Aead as _, KeyInit as _};
use chacha20poly1305::{ChaCha20Poly1305, Nonce};
use hkdf::Hkdf;
use hmac::{Hmac, Mac as _};
use sha2::Sha256;

use airlock::diagnostic::Diagnose as _;
use airlock::ops::transfer::TransferError;
use airlock::seal::{Keyring, SealError, SealedFile};

use crate::fixture::{NOW, file, keyring};

const CHUNK: usize = 65_536;
const VERSION: &str = "age-encryption.org/v1\n";

/// What may be wrong with a file, each field being right unless it is changed.
struct Made {
    /// The stanzas, as text.
    stanzas: String,
    /// Changes what stands behind `---` and a space.
    mac: fn(String) -> String,
    /// The chunks and whether each is marked as the last.
    chunks: Vec<(Vec<u8>, bool)>,
    /// Changes the payload, nonce included.
    payload: fn(Vec<u8>) -> Vec<u8>,
    version: &'static str,
}

const FILE_KEY: [u8; 16] = [0x17; 16];
const EPHEMERAL: [u8; 32] = [0x42; 32];

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
fn base64(bytes: &[u8]) -> String {
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
fn recipient() -> [u8; 32] {
    let entropy: Vec<u8> = (0..16).collect();
    let secret = derive(
        &entropy,
        b"airlock/v1/phrase",
        b"airlock/v1/request/age-x25519",
    );
    x25519_dalek::x25519(secret, x25519_dalek::X25519_BASEPOINT_BYTES)
}

/// A stanza over any share, to any point, that wraps any bytes.
fn stanza_of(share: &[u8], shared: &[u8; 32], to: &[u8; 32], file_key: &[u8]) -> String {
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

fn stanza() -> String {
    stanza_wrapping(&FILE_KEY)
}

fn stanza_wrapping(file_key: &[u8]) -> String {
    let share = x25519_dalek::x25519(EPHEMERAL, x25519_dalek::X25519_BASEPOINT_BYTES);
    let shared = x25519_dalek::x25519(EPHEMERAL, recipient());
    stanza_of(&share, &shared, &recipient(), file_key)
}

impl Made {
    fn new(chunks: &[(usize, bool)]) -> Self {
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

    fn bytes(&self) -> Vec<u8> {
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

fn opened(sealed: &[u8], keyring: &Keyring) -> Result<Vec<u8>, &'static str> {
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

fn made(change: impl FnOnce(&mut Made)) -> Vec<u8> {
    let mut made = Made::new(&[(11, true)]);
    change(&mut made);
    made.bytes()
}

#[test]
fn what_the_specification_allows_is_opened() {
    let grease = "-> Y-grease x y\nAAAA\n";
    for (what, sealed, length) in [
        ("one chunk", Made::new(&[(11, true)]).bytes(), 11),
        ("no byte", Made::new(&[(0, true)]).bytes(), 0),
        (
            "a full last chunk",
            Made::new(&[(CHUNK, true)]).bytes(),
            CHUNK,
        ),
        (
            "two chunks",
            Made::new(&[(CHUNK, false), (1, true)]).bytes(),
            CHUNK + 1,
        ),
        (
            "two full chunks",
            Made::new(&[(CHUNK, false), (CHUNK, true)]).bytes(),
            2 * CHUNK,
        ),
        (
            "three chunks",
            Made::new(&[(CHUNK, false), (CHUNK, false), (9, true)]).bytes(),
            2 * CHUNK + 9,
        ),
        (
            "a stanza of another kind before",
            made(|made| made.stanzas = format!("{grease}{}", stanza())),
            11,
        ),
        (
            "a stanza of another kind behind",
            made(|made| made.stanzas = format!("{}{grease}", stanza())),
            11,
        ),
    ] {
        let found = opened(&sealed, &keyring(0)).map(|bytes| bytes.len());
        assert_eq!(found, Ok(length), "{what}");
    }
}

/// Points of small order give a shared secret of zeros, which anybody knows.
const SMALL_ORDER: [u8; 32] = [0; 32];

/// Stanzas that no reader may take.
fn forbidden_stanzas() -> Vec<(&'static str, Vec<u8>)> {
    let other = x25519_dalek::x25519([9; 32], x25519_dalek::X25519_BASEPOINT_BYTES);
    let to_other = stanza_of(
        &x25519_dalek::x25519(EPHEMERAL, x25519_dalek::X25519_BASEPOINT_BYTES),
        &x25519_dalek::x25519(EPHEMERAL, other),
        &other,
        &FILE_KEY,
    );
    let share = base64(&x25519_dalek::x25519(
        EPHEMERAL,
        x25519_dalek::X25519_BASEPOINT_BYTES,
    ));
    let with = |stanzas: String| made(|made| made.stanzas = stanzas);
    let without_last = {
        let text = stanza();
        text[..text.len() - 2].to_owned() + "\n"
    };
    vec![
        ("to somebody else", with(to_other)),
        (
            "small order",
            with(stanza_of(&SMALL_ORDER, &[0; 32], &recipient(), &FILE_KEY)),
        ),
        (
            "a short share",
            with(stanza().replace(&share, &base64(&[1; 31]))),
        ),
        (
            "a long share",
            with(stanza().replace(&share, &base64(&[1; 33]))),
        ),
        ("a long file key", with(stanza_wrapping(&[1; 24]))),
        (
            "an argument more",
            with(stanza().replace(&share, &format!("{share} x"))),
        ),
        (
            "the name in lower case",
            with(stanza().replace("X25519", "x25519")),
        ),
        ("a digit less", with(without_last)),
        (
            "padding",
            with(stanza().replace(&share, &format!("{share}="))),
        ),
        (
            "an empty argument",
            with(stanza().replace("X25519 ", "X25519  ")),
        ),
        (
            "no body",
            with(stanza().lines().next().unwrap().to_owned() + "\n"),
        ),
        ("carriage returns", with(stanza().replace('\n', "\r\n"))),
        ("no stanza", with(String::new())),
    ]
}

/// Last lines of a header that no reader may take.
fn forbidden_macs() -> Vec<(&'static str, Vec<u8>)> {
    vec![
        (
            "another file key in the mac",
            made(|made| made.mac = |_| format!(" {}\n", base64(&[0; 32]))),
        ),
        ("no mac", made(|made| made.mac = |_| "\n".to_owned())),
        (
            "a mac without a space",
            made(|made| made.mac = |mac| mac.trim_start().to_owned()),
        ),
        (
            "two spaces",
            made(|made| made.mac = |mac| format!(" {mac}")),
        ),
        (
            "a space behind",
            made(|made| made.mac = |mac| mac.replace('\n', " \n")),
        ),
        (
            "a short mac",
            made(|made| made.mac = |mac| mac[..20].to_owned() + "\n"),
        ),
    ]
}

#[test]
fn headers_that_the_specification_forbids_are_refused() {
    for (what, sealed) in [forbidden_stanzas(), forbidden_macs()].concat() {
        let code = opened(&sealed, &keyring(0))
            .map(|bytes| bytes.len())
            .expect_err(what);
        assert_eq!(code, "seal/wrong-key", "{what}");
    }
    let newer = made(|made| made.version = "age-encryption.org/v1234\n");
    assert_eq!(opened(&newer, &keyring(0)), Err("seal/envelope-newer"));
}

#[test]
fn payloads_that_the_specification_forbids_are_refused() {
    let two: &[(usize, bool)] = &[(CHUNK, false), (9, true)];
    let of = |chunks: &[(usize, bool)]| Made::new(chunks).bytes();
    let changed = |chunks: &[(usize, bool)], payload: fn(Vec<u8>) -> Vec<u8>| {
        let mut made = Made::new(chunks);
        made.payload = payload;
        made.bytes()
    };
    for (what, sealed) in [
        ("no nonce", changed(&[(9, true)], |_| Vec::new())),
        (
            "a short nonce",
            changed(&[(9, true)], |payload| payload[..12].to_vec()),
        ),
        (
            "no chunk",
            changed(&[(9, true)], |payload| payload[..16].to_vec()),
        ),
        (
            "no tag",
            changed(&[(9, true)], |payload| payload[..25].to_vec()),
        ),
        (
            "a wrong tag",
            changed(&[(9, true)], |mut payload| {
                *payload.last_mut().unwrap() ^= 1;
                payload
            }),
        ),
        (
            "a wrong tag in the second chunk",
            changed(two, |mut payload| {
                *payload.last_mut().unwrap() ^= 1;
                payload
            }),
        ),
        ("no last chunk", of(&[(9, false)])),
        ("no last chunk, full", of(&[(CHUNK, false)])),
        ("no last chunk of two", of(&[(CHUNK, false), (9, false)])),
        ("an empty last chunk", of(&[(CHUNK, false), (0, true)])),
        ("two last chunks", of(&[(CHUNK, true), (9, true)])),
        (
            "a byte behind",
            changed(two, |payload| [&payload[..], b"x"].concat()),
        ),
        (
            "many bytes behind",
            changed(two, |payload| [&payload[..], &[0; 99]].concat()),
        ),
        (
            "the second chunk cut off",
            changed(two, |payload| payload[..16 + CHUNK + 16].to_vec()),
        ),
        ("a short first chunk", of(&[(100, false), (9, true)])),
    ] {
        let code = opened(&sealed, &keyring(0))
            .map(|bytes| bytes.len())
            .expect_err(what);
        let allowed = ["seal/damaged", "seal/truncated"];
        assert!(allowed.contains(&code), "{what}: {code}");
    }
}
