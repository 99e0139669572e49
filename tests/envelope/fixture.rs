//! Fixed keys, a fixed request and a small bundle, and envelopes forged part by part.

use std::fs::File;
use std::io::{self, Cursor, Read, Write as _};
use std::os::unix::fs::FileExt as _;

use airlock::diagnostic::{Diagnose as _, Failure};
use airlock::oci::{VerifyingReader, digest_of};
use airlock::ops::transfer::{
    Envelope, Opened, TransferError, address, open_envelope, zstd_encoder,
};
use airlock::run::{Cancel, FixedEntropy};
use airlock::seal::{Keyring, Phrase, SealedFile, WordCount};
use airlock::wire::{
    Accept, Anchor, Basis, Bundle, Carried, Kind, Layout, Missing, Nonce, OCI_LAYOUT, Outcome,
    Receipt, Request, SiteId, Subject, Text, Transfer, TransferId, Want, index_json,
};
use lock_format::{Algorithm, Blob, Descriptor, MediaType, Reference};

/// A time at which every key of the fixture is used.
pub(crate) const NOW: u64 = 1_750_000_000;

/// The keyring of a phrase that anybody can make again.
pub(crate) fn keyring(seed: u8) -> Keyring {
    let phrase = Phrase::generate(WordCount::Twelve, &FixedEntropy::new(seed)).unwrap();
    Keyring::from_phrase(&phrase)
}

pub(crate) fn site() -> SiteId {
    SiteId::from_bytes([0x51; 16])
}

pub(crate) fn blob(bytes: &[u8]) -> Blob {
    Blob {
        digest: digest_of(Algorithm::Sha256, bytes),
        size: bytes.len() as u64,
    }
}

pub(crate) fn reference(text: &str) -> Reference {
    Reference::parse(text).unwrap()
}

fn anchor() -> Anchor {
    Anchor {
        count: 0,
        head: digest_of(Algorithm::Sha256, b""),
    }
}

/// A request for two blobs, with a pending reference.
pub(crate) fn request(keyring: &Keyring) -> Request {
    let want = |media_type: Option<&str>, bytes: &[u8], images: &[&str]| {
        let wanted = Want {
            size: bytes.len() as u64,
            images: images.iter().map(|image| reference(image).into()).collect(),
            media_type: media_type.map(|text| text.parse().unwrap()),
            bases: [blob(b"a base")].into(),
        };
        (blob(bytes).digest, wanted)
    };
    Request {
        address: address(keyring, Kind::Request, site(), Some(NOW + 86_400)).unwrap(),
        accept: Accept::ours(),
        audit: anchor(),
        created: NOW,
        lock: digest_of(Algorithm::Sha256, b"the lock"),
        nonce: Nonce::from_bytes([9; 16]),
        pending: [(
            reference("reg.lan:5000/app/web:2"),
            ["linux/amd64", "linux/arm64"]
                .map(|platform| platform.parse().unwrap())
                .into(),
        )]
        .into(),
        seq: 3,
        want: [
            want(
                Some(MediaType::OCI_MANIFEST),
                b"a manifest",
                &["alpine:3.20", "alpine"],
            ),
            want(None, b"a layer", &["alpine"]),
        ]
        .into(),
    }
}

pub(crate) fn receipt(keyring: &Keyring) -> Receipt {
    Receipt {
        address: address(keyring, Kind::Receipt, site(), None).unwrap(),
        audit: anchor(),
        bundles: [
            (TransferId::of(b"one"), Outcome::Applied),
            (TransferId::of(b"two"), Outcome::Part),
        ]
        .into(),
        created: NOW,
    }
}

/// A small bundle with everything that its parts are made of.
pub(crate) struct BundleParts {
    pub(crate) bundle: Bundle,
    pub(crate) index_json: Vec<u8>,
    /// The payload of each entry, as carried.
    pub(crate) payloads: Vec<Vec<u8>>,
    /// The blob of each entry.
    pub(crate) contents: Vec<Vec<u8>>,
}

/// Compresses as an entry is.
pub(crate) fn compressed(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = zstd_encoder(Vec::new()).unwrap();
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// A bundle with one blob of each way to be carried: raw, encoded, empty, under a SHA-512.
pub(crate) fn bundle(keyring: &Keyring) -> BundleParts {
    bundle_with(keyring, vec![7; 600])
}

/// The same with a last blob that makes the payload several chunks long.
pub(crate) fn long_bundle(keyring: &Keyring) -> BundleParts {
    let noise = (0_u32..200_000).map(|n| n.wrapping_mul(0x9e37_79b9).to_be_bytes()[0]);
    bundle_with(keyring, noise.collect())
}

fn bundle_with(keyring: &Keyring, last: Vec<u8>) -> BundleParts {
    let plain = b"layer ".repeat(5000);
    let contents = vec![
        b"{\"schemaVersion\":2}".to_vec(),
        plain.clone(),
        Vec::new(),
        last,
    ];
    let frame = compressed(&plain);
    let mut payloads = contents.clone();
    payloads[1].clone_from(&frame);
    let entries = vec![
        Carried::Raw(blob(&contents[0])),
        Carried::Zstd {
            content: blob(&plain),
            payload: blob(&frame),
        },
        Carried::Raw(blob(&contents[2])),
        Carried::Raw(Blob {
            digest: digest_of(Algorithm::Sha512, &contents[3]),
            size: contents[3].len() as u64,
        }),
    ];
    let manifest = Descriptor {
        digest: blob(&contents[0]).digest,
        size: contents[0].len() as u64,
        media_type: MediaType::OCI_MANIFEST.parse().unwrap(),
    };
    let alpine = reference("alpine:3.20");
    let index_json = index_json([(&alpine, &manifest)]);
    let bundle = Bundle {
        address: address(keyring, Kind::Bundle, site(), None).unwrap(),
        basis: Basis::Answers(TransferId::of(b"the request")),
        lock: digest_of(Algorithm::Sha256, b"the lock"),
        index_json: blob(&index_json),
        entries,
        resolutions: [(reference("reg.lan:5000/app/web:2"), manifest)].into(),
        missing: [
            missing(Subject::Reference(reference("reg.lan:5000/app/db:1"))),
            missing(Subject::Digest(blob(b"gone").digest)),
        ]
        .into(),
        volume_payload: None,
    };
    BundleParts {
        bundle,
        index_json,
        payloads,
        contents,
    }
}

fn missing(subject: Subject) -> (Subject, Missing) {
    let missing = Missing {
        code: Text::lossy("registry/not-found"),
        text: Text::lossy("reg.lan:5000 has no such \"thing\""),
    };
    (subject, missing)
}

/// Seals a request or a receipt.
pub(crate) fn seal(transfer: &Transfer, keyring: &Keyring) -> Vec<u8> {
    let envelope = Envelope::new(transfer, keyring).unwrap();
    let writing = envelope.seal_to(Vec::new()).unwrap();
    let size = writing.sealed_size();
    let sealed = writing
        .write(
            &mut |_| panic!("a request has no entries"),
            &Cancel::default(),
        )
        .unwrap();
    assert_eq!(sealed.len() as u64, size);
    sealed
}

/// Seals a bundle with the payloads given.
pub(crate) fn seal_bundle(parts: &BundleParts, keyring: &Keyring) -> Result<Vec<u8>, Failure> {
    let transfer = Transfer::from(parts.bundle.clone());
    let envelope = Envelope::bundle(&transfer, keyring, parts.index_json.clone())?;
    let writing = envelope.seal_to(Vec::new())?;
    let size = writing.sealed_size();
    let payloads = &parts.payloads;
    let sealed = writing.write(
        &mut |index| Ok(Box::new(Cursor::new(payloads[index].clone()))),
        &Cancel::default(),
    )?;
    assert_eq!(sealed.len() as u64, size);
    Ok(sealed)
}

/// Puts bytes into a file that nobody else sees.
pub(crate) fn file(bytes: &[u8]) -> File {
    let file = tempfile::tempfile().unwrap();
    file.write_all_at(bytes, 0).unwrap();
    file
}

/// Opens an envelope and reads it whole; the contents of its entries.
pub(crate) fn open_whole(
    sealed: &[u8],
    keyring: &Keyring,
) -> Result<(Opened, Vec<Vec<u8>>), TransferError> {
    let kinds = [Kind::Request, Kind::Bundle, Kind::Receipt];
    let opened = open_envelope(file(sealed), keyring, &kinds, NOW)?;
    let contents = contents(&opened)?;
    opened.finish()?;
    Ok((opened, contents))
}

/// Reads and verifies all entries in one span.
pub(crate) fn contents(opened: &Opened) -> Result<Vec<Vec<u8>>, TransferError> {
    let mut contents = Vec::new();
    if opened.bundle().is_none() {
        return Ok(contents);
    }
    let mut span = opened.span(0..usize::MAX)?;
    while let Some(entry) = span.next_entry()? {
        let (carried, volumes) = (entry.carried(), entry.volumes());
        let mut out = Vec::new();
        let mut verified = VerifyingReader::new(entry.content()?, carried.content());
        io::copy(&mut verified, &mut out).map_err(|error| {
            TransferError::payload(carried.content().digest.to_string(), volumes, error)
        })?;
        contents.push(out);
    }
    Ok(contents)
}

/// Returns the code with which an envelope is refused.
pub(crate) fn refusal(sealed: &[u8], keyring: &Keyring) -> &'static str {
    match open_whole(sealed, keyring) {
        Ok(_) => "accepted",
        Err(error) => error.code().as_str(),
    }
}

/// Returns the payload that was sealed.
pub(crate) fn payload_of(sealed: &[u8], keyring: &Keyring) -> Vec<u8> {
    let sealed = SealedFile::open(file(sealed), keyring.identities(NOW)).unwrap();
    let length = sealed.length().unwrap();
    let mut payload = Vec::new();
    let mut reader = sealed.reader_at(length, 0).unwrap();
    io::copy(&mut reader, &mut payload).unwrap();
    payload
}

/// Assembles a payload from a signed text, by the layout that it gives.
pub(crate) fn assemble(transfer: &Transfer, line: &str, parts: &BundleParts) -> Vec<u8> {
    let json = transfer.to_json().unwrap();
    let layout = Layout::new(transfer, json.len() as u64).unwrap();
    let lead = [
        json,
        line.as_bytes().to_vec(),
        OCI_LAYOUT.to_vec(),
        parts.index_json.clone(),
    ];
    let mut out = Vec::new();
    for (part, bytes) in lead.iter().chain(&parts.payloads).enumerate() {
        out.extend_from_slice(&layout.framing(part));
        out.extend_from_slice(bytes);
    }
    out.extend_from_slice(&layout.framing(layout.parts()));
    assert_eq!(out.len() as u64, layout.total());
    out
}

/// Reads everything, for the reading of small things in tests.
pub(crate) fn all(mut reader: impl Read) -> Vec<u8> {
    let mut out = Vec::new();
    io::copy(&mut reader, &mut out).unwrap();
    out
}
