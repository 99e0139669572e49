//! Envelopes that must be refused: sealed to the keys of the vectors, each with one thing wrong.

use airlock::wire::Kind;

use crate::fixture::{BundleParts, keyring, refusal};
use crate::forge::{Forger, Part, parts_of, tar};
use crate::golden::{self, code_in, rejected};
use crate::vectors::vector_bundle;

/// Code, what is wrong, the sealed file.
type Rejected = (&'static str, &'static str, Vec<u8>);

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
        ("seal/truncated", "header", sealed[..100].to_vec()),
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

#[test]
fn rejected_envelopes_are_refused_with_the_code_in_their_name() {
    let original = Original::new();
    let made = [sealed_wrongly, signed_wrongly, framed_wrongly]
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
