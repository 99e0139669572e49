//! Makes envelopes by other means than the code under test: keys derived, texts signed and tars
//! framed here, after the specification alone.

use std::io::Write as _;

use airlock::seal::{Keyring, Sealer};
use airlock::wire::Kind;
use ed25519_dalek::{Signer as _, SigningKey};
use hkdf::Hkdf;
use lock_format::Hex;
use sha2::{Digest as _, Sha256};

use crate::fixture::{BundleParts, keyring};

/// Whoever has the phrase has all of it.
pub(crate) struct Forger {
    seed: u8,
    pub(crate) keyring: Keyring,
}

/// A part of a payload: its path and its bytes.
pub(crate) type Part = (String, Vec<u8>);

impl Forger {
    pub(crate) fn new(seed: u8) -> Self {
        Self {
            seed,
            keyring: keyring(seed),
        }
    }

    /// Derives a signing key as section 3.1 says.
    pub(crate) fn signing(&self, direction: &str) -> SigningKey {
        let entropy: Vec<u8> = (0..16).map(|n| self.seed.wrapping_add(n)).collect();
        let mut key = [0; 32];
        Hkdf::<Sha256>::new(Some(b"airlock/v1/phrase"), &entropy)
            .expand(
                format!("airlock/v1/{direction}/ed25519").as_bytes(),
                &mut key,
            )
            .unwrap();
        SigningKey::from_bytes(&key)
    }

    /// Returns the id of a pair, in hex.
    pub(crate) fn kid(&self, direction: &str) -> String {
        let kind = match direction {
            "request" => Kind::Request,
            _ => Kind::Bundle,
        };
        self.keyring.signer(kind).unwrap().kid().to_string()
    }

    /// Signs a text as any kind with the pair of any direction.
    pub(crate) fn line(&self, kind: &str, direction: &str, json: &[u8]) -> String {
        let kid = self.kid(direction);
        let mut message = format!("airlock/v1/transfer\0{kind}\0").into_bytes();
        message.extend(unhex(&kid));
        message.extend(Sha256::digest(json));
        let signature = self.signing(direction).sign(&message).to_bytes();
        format!("airlock-transfer-v1 {kind} {kid} {}\n", Hex(&signature))
    }

    /// Signs and seals a text of a kind, with further parts.
    pub(crate) fn envelope(&self, kind: Kind, json: &str, parts: &[Part]) -> Vec<u8> {
        let direction = match kind {
            Kind::Bundle => "bundle",
            Kind::Request | Kind::Receipt => "request",
        };
        let line = self.line(kind.name(), direction, json.as_bytes());
        self.seal(&tar(json, &line, parts))
    }

    /// Seals any bytes, to the pair of requests.
    pub(crate) fn seal(&self, payload: &[u8]) -> Vec<u8> {
        let recipients = self.keyring.recipients(Kind::Request).unwrap();
        let mut sealer = Sealer::new(&recipients, Vec::new()).unwrap();
        sealer.write_all(payload).unwrap();
        sealer.finish().unwrap()
    }
}

/// Lists the parts of a bundle behind `transfer.sig`.
pub(crate) fn parts_of(parts: &BundleParts) -> Vec<Part> {
    let json = airlock::wire::Transfer::from(parts.bundle.clone())
        .to_json()
        .unwrap();
    let said: serde_json::Value = serde_json::from_slice(&json).unwrap();
    let paths = said["entries"].as_array().unwrap().iter();
    let bytes = [
        br#"{"imageLayoutVersion":"1.0.0"}"#.to_vec(),
        parts.index_json.clone(),
    ];
    paths
        .map(|entry| entry["path"].as_str().unwrap().to_owned())
        .zip(bytes.into_iter().chain(parts.payloads.iter().cloned()))
        .collect()
}

/// Frames a whole payload.
pub(crate) fn tar(json: &str, line: &str, parts: &[Part]) -> Vec<u8> {
    let lead = [
        ("transfer.json".to_owned(), json.as_bytes().to_vec()),
        ("transfer.sig".to_owned(), line.as_bytes().to_vec()),
    ];
    let mut out = Vec::new();
    for (path, bytes) in lead.iter().chain(parts) {
        if path.len() > 100 {
            let mut record = format!(" path={path}\n");
            let length = record.len() + 3;
            record.insert_str(0, &length.to_string());
            assert_eq!(record.len(), length);
            out.extend(header("pax", record.len(), b'x'));
            out.extend(record.as_bytes());
            fill(&mut out);
        }
        out.extend(header(path, bytes.len(), b'0'));
        out.extend(bytes);
        fill(&mut out);
    }
    out.resize(out.len() + 1024, 0);
    out
}

fn fill(out: &mut Vec<u8>) {
    out.resize(out.len().next_multiple_of(512), 0);
}

pub(crate) fn header(path: &str, size: usize, kind: u8) -> [u8; 512] {
    let mut header = [0; 512];
    let name = &path.as_bytes()[..path.len().min(100)];
    header[..name.len()].copy_from_slice(name);
    for (at, text) in [
        (100, "0000644"),
        (108, "0000000"),
        (116, "0000000"),
        (124, &format!("{size:011o}")),
        (136, "00000000000"),
        (148, "        "),
        (257, "ustar"),
        (263, "00"),
        (329, "0000000"),
        (337, "0000000"),
    ] {
        header[at..at + text.len()].copy_from_slice(text.as_bytes());
    }
    header[156] = kind;
    let sum: u32 = header.iter().map(|byte| u32::from(*byte)).sum();
    header[148..155].copy_from_slice(format!("{sum:06o}\0").as_bytes());
    header
}

fn unhex(text: &str) -> Vec<u8> {
    (0..text.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap())
        .collect()
}
