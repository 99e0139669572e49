//! Envelopes that must be refused: sealed to the keys of the vectors, each with one thing wrong.

use std::io::Write as _;

use airlock::oci::digest_of;
use airlock::wire::{Kind, Layout, Transfer};
use lock_format::Algorithm;
use zstd::stream::write::Encoder;

use crate::fixture::{BundleParts, keyring, refusal};
use crate::forge::{Forger, Part, parts_of, tar};
use crate::golden::{self, code_in, rejected};
use crate::vectors::vector_bundle;

/// Code, what is wrong, the sealed file.
type Rejected = (&'static str, &'static str, Vec<u8>);

/// The place of the encoded entry, counted from `oci-layout`.
const ENCODED: usize = 3;

/// The bundle of the vectors, to be forged.
struct Original {
    forger: Forger,
    parts: BundleParts,
    text: String,
    sealed: Vec<u8>,
}

impl Original {
    fn new() -> Self {
        let forger = Forger::new(0);
        Self {
            parts: vector_bundle(&forger.keyring),
            text: String::from_utf8(golden::read("bundle/transfer.json")).unwrap(),
            sealed: golden::read("bundle/sealed.age"),
            forger,
        }
    }

    /// Seals the bundle with another signature line.
    fn signed(&self, line: &str) -> Vec<u8> {
        self.forger
            .seal(&tar(&self.text, line, &parts_of(&self.parts)))
    }

    /// Seals and signs the bundle with other entries.
    fn entries(&self, change: impl FnOnce(&mut Vec<Part>)) -> Vec<u8> {
        let mut entries = parts_of(&self.parts);
        change(&mut entries);
        self.forger.envelope(Kind::Bundle, &self.text, &entries)
    }

    /// Seals and signs another text over the same entries.
    fn text(&self, changes: &[(&str, &str)]) -> Vec<u8> {
        let text = changes.iter().fold(self.text.clone(), |text, (from, to)| {
            assert!(text.contains(from), "{from}");
            text.replace(from, to)
        });
        let parts = parts_of(&self.parts);
        self.forger.envelope(Kind::Bundle, &text, &parts)
    }

    /// Seals and signs the bundle with another frame in the encoded entry, which is told truly.
    fn frame(&self, frame: &[u8]) -> Vec<u8> {
        let mut parts = parts_of(&self.parts);
        let said = |bytes: &[u8]| {
            let (digest, size) = (digest_of(Algorithm::Sha256, bytes), bytes.len());
            format!(r#""payload_digest":"{digest}","payload_size":{size}"#)
        };
        let text = self.text.replace(&said(&parts[ENCODED].1), &said(frame));
        assert_ne!(text, self.text);
        parts[ENCODED].1 = frame.to_vec();
        self.forger.envelope(Kind::Bundle, &text, &parts)
    }

    /// Returns what the encoded entry decodes to.
    fn content(&self) -> Vec<u8> {
        zstd::decode_all(parts_of(&self.parts)[ENCODED].1.as_slice()).unwrap()
    }

    /// Seals the payload of the vectors with one byte changed: so far into a part, or before it.
    fn payload(&self, part: usize, offset: i64) -> Vec<u8> {
        let mut payload = golden::read("bundle/payload.tar");
        let transfer = Transfer::parse(self.text.as_bytes()).unwrap();
        let layout = Layout::new(&transfer, self.text.len() as u64).unwrap();
        let start = layout.payload(part).unwrap().start;
        let at = usize::try_from(start.checked_add_signed(offset).unwrap()).unwrap();
        payload[at] ^= 1;
        self.forger.seal(&payload)
    }

    /// Changes one byte.
    fn flipped(&self, at: usize) -> Vec<u8> {
        let mut bytes = self.sealed.clone();
        bytes[at] ^= 1;
        bytes
    }
}

/// Files that are wrong from outside.
fn sealed_wrongly(original: &Original) -> Vec<Rejected> {
    let sealed = &original.sealed;
    let request = String::from_utf8(golden::read("request/transfer.json")).unwrap();
    let stanzas = [&sealed[..22], &b"-> x\n\n".repeat(65), &sealed[22..]].concat();
    vec![
        (
            "seal/not-an-envelope",
            "armor",
            b"-----BEGIN AGE ENCRYPTED FILE-----\n".to_vec(),
        ),
        (
            "seal/envelope-newer",
            "version",
            b"age-encryption.org/v9\n".to_vec(),
        ),
        ("seal/header-too-long", "stanzas", stanzas),
        (
            "seal/wrong-key",
            "other-phrase",
            Forger::new(1).envelope(Kind::Request, &request, &[]),
        ),
        (
            "seal/wrong-key",
            "stanza-without-end",
            [&sealed[..22], b"-> x\n", &sealed[22..]].concat(),
        ),
        ("seal/truncated", "header", sealed[..100].to_vec()),
        (
            // The only chunk: a cut one does not authenticate.
            "seal/damaged",
            "cut",
            sealed[..sealed.len() - 100].to_vec(),
        ),
        (
            "transfer/volume-missing",
            "first-alone",
            golden::read("volumes/bundle.001"),
        ),
        ("seal/damaged", "chunk", original.flipped(sealed.len() / 2)),
    ]
}

/// Files that are signed wrongly.
fn signed_wrongly(original: &Original) -> Vec<Rejected> {
    let (forger, stranger) = (&original.forger, Forger::new(1));
    let text = original.text.as_bytes();
    let request = String::from_utf8(golden::read("request/transfer.json")).unwrap();
    let right = forger.line("bundle", "bundle", text);
    let as_receipt = forger.line("receipt", "request", request.as_bytes());
    vec![
        (
            "seal/unknown-sender",
            "stranger",
            original.signed(&stranger.line("bundle", "bundle", text)),
        ),
        (
            "seal/wrong-role",
            "reflected",
            original.signed(&forger.line("bundle", "request", text)),
        ),
        (
            "seal/wrong-signature",
            "other-text",
            original.signed(&forger.line("bundle", "bundle", b"{}")),
        ),
        (
            "wire/signature-line",
            "two-lines",
            original.signed(&format!("{right}\n")),
        ),
        (
            "wire/signature-line",
            "version",
            original.signed(&right.replace("-v1 ", "-v2 ")),
        ),
        (
            "wire/signed-otherwise",
            "from",
            original.text(&[(
                &format!(r#""from":"{}""#, forger.kid("bundle")),
                &format!(r#""from":"{}""#, forger.kid("request")),
            )]),
        ),
        (
            "transfer/not-for-me",
            "to",
            original.text(&[(
                &format!(r#""to":["{}"]"#, forger.kid("bundle")),
                &format!(r#""to":["{}"]"#, stranger.kid("bundle")),
            )]),
        ),
        (
            "wire/signed-otherwise",
            "kind",
            forger.seal(&tar(&request, &as_receipt, &[])),
        ),
    ]
}

/// Files whose payload is not the one that is listed.
fn framed_wrongly(original: &Original) -> Vec<Rejected> {
    let mut end = golden::read("bundle/payload.tar");
    let last = end.len() - 1;
    end[last] = 1;
    let added = ("encoded/1".to_owned(), b"x".to_vec());
    vec![
        ("transfer/framing", "end-of-tar", original.forger.seal(&end)),
        // Of the last entry, which has a pax header, and of the one before.
        ("transfer/framing", "mode", original.payload(6, -406)),
        ("transfer/framing", "pax-record", original.payload(7, -1000)),
        ("transfer/framing", "padding", original.payload(2, 30)),
        (
            "transfer/framing",
            "swapped",
            original.entries(|entries| entries.swap(2, 5)),
        ),
        (
            "transfer/missing-data",
            "last-left-out",
            original.entries(|entries| drop(entries.pop())),
        ),
        (
            "transfer/trailing-data",
            "one-added",
            original.entries(|entries| entries.push(added)),
        ),
        (
            "transfer/payload-differs",
            "raw",
            original.entries(|entries| entries[5].1[1] ^= 1),
        ),
        (
            "transfer/bad-encoding",
            "frame",
            original.entries(|entries| entries[3].1[9] ^= 1),
        ),
    ]
}

/// Encoded entries that are not one small frame of their size, and volumes that are none.
fn encoded_wrongly(original: &Original) -> Vec<Rejected> {
    let content = original.content();
    let less = &content[1..];
    let mut other = content.clone();
    other[0] ^= 1;
    let longer = [content.as_slice(), b"x"].concat();
    let two = [frame(&content, 21), frame(b"", 21)].concat();
    let skippable = [&[0x50, 0x2a, 0x4d, 0x18, 0, 0, 0, 0], &*frame(&content, 21)].concat();
    let bad = "transfer/bad-encoding";
    let to = &format!(r#""to":["{}"]}}"#, original.forger.kid("bundle"));
    let volumes = to.replace('}', r#","volume_payload":65536}"#);
    vec![
        (bad, "window", original.frame(&frame(&content, 22))),
        (bad, "less", original.frame(&frame(less, 21))),
        (bad, "more", original.frame(&frame(&longer, 21))),
        (bad, "two-frames", original.frame(&two)),
        (bad, "skippable-frame", original.frame(&skippable)),
        (
            "transfer/payload-differs",
            "decoded",
            original.frame(&frame(&other, 21)),
        ),
        (
            "wire/bad-field",
            "one-volume",
            original.text(&[(to, &volumes)]),
        ),
        (
            "wire/limit",
            "volumes",
            original.text(&[
                (to, &volumes),
                (
                    r#""payload_size":600,"size":600"#,
                    r#""payload_size":99999999,"size":99999999"#,
                ),
            ]),
        ),
    ]
}

fn frame(bytes: &[u8], window_log: u32) -> Vec<u8> {
    let mut encoder = Encoder::new(Vec::new(), 1).unwrap();
    encoder.window_log(window_log).unwrap();
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn rejected_envelopes_are_refused_with_the_code_in_their_name() {
    let original = Original::new();
    let made = [
        sealed_wrongly,
        signed_wrongly,
        framed_wrongly,
        encoded_wrongly,
    ]
    .map(|make| make(&original))
    .concat();
    for (code, what, sealed) in &made {
        assert_eq!(refusal(sealed, &keyring(0)), *code, "{what}");
        golden::once(&rejected(code, what, "age"), || sealed.clone());
    }
    let names = golden::list("rejected", ".age");
    assert_eq!(names.len(), made.len());
    for name in names {
        let code = refusal(&golden::read(&format!("rejected/{name}")), &keyring(0));
        assert_eq!(code, code_in(&name), "{name}");
    }
}

/// Codes of section 13 that one file alone does not show.
const WITHOUT_VECTOR: &[&str] = &[
    // What the keyring knows decides.
    "seal/card-changed",
    "seal/card-renamed",
    "seal/card-retired",
    "seal/card-revoked",
    "seal/card-role",
    "seal/own-card",
    "seal/retired-key",
    "seal/revoked-key",
    "seal/sealed-to-retired",
    "seal/sealed-to-revoked",
    // The command decides.
    "transfer/other-kind",
    // The volumes of the vector in another set.
    "transfer/volume-differs",
    "transfer/volume-foreign",
    "transfer/volume-order",
    "transfer/volume-twice",
];

#[test]
fn each_code_of_the_specification_has_a_vector() {
    let page = include_str!("../../docs/transfer-format.md");
    let section = page.split("\n## 13.").nth(1).unwrap();
    let section = section.split("\n## ").next().unwrap();
    let mut codes: Vec<&str> = section
        .split('`')
        .filter(|word| {
            ["seal/", "wire/", "transfer/"]
                .iter()
                .any(|room| word.starts_with(room))
        })
        .collect();
    codes.sort_unstable();
    assert!(codes.len() > 35, "{codes:?}");
    let vectors = [".age", ".card", ".json"].map(|suffix| golden::list("rejected", suffix));
    let seen: Vec<String> = vectors.concat().iter().map(|name| code_in(name)).collect();
    for code in codes {
        let has_vector = seen.iter().any(|one| one == code);
        assert_ne!(has_vector, WITHOUT_VECTOR.contains(&code), "{code}");
    }
}
