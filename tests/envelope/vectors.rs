//! The vectors of `docs/transfer-format.md` section 15.

use airlock::run::{Entropy as _, FixedEntropy};
use airlock::seal::{Keyring, Phrase, WordCount};
use airlock::wire::{Carried, Transfer};

use crate::fixture::{
    BundleParts, blob, bundle, compressed, keyring, open_whole, payload_of, receipt, request, seal,
    seal_bundle,
};
use crate::golden;

#[test]
fn a_phrase_gives_these_keys() {
    for (words, count) in [("12", WordCount::Twelve), ("24", WordCount::TwentyFour)] {
        let phrase = Phrase::generate(count, &FixedEntropy::new(0)).unwrap();
        let keyring = Keyring::from_phrase(&phrase);
        let folder = tempfile::tempdir().unwrap();
        keyring.save(folder.path(), false).unwrap();
        let saved = std::fs::File::open(folder.path().join("keyring.json")).unwrap();
        let named = |file: &str| format!("keys/{words}/{file}");
        golden::same(&named("phrase.txt"), phrase.words().as_bytes());
        golden::same(&named("keyring.json"), &crate::fixture::all(saved));
        golden::same(
            &named("identities.txt"),
            keyring.age_identities().as_bytes(),
        );
        let fingerprint = keyring.fingerprint().unwrap().to_string();
        golden::same(&named("fingerprint.txt"), fingerprint.as_bytes());
        let typed = String::from_utf8(golden::read(&named("phrase.txt"))).unwrap();
        let entered = Keyring::from_phrase(&Phrase::parse(&typed).unwrap());
        assert_eq!(entered.list(), keyring.list());
    }
    let mut zero = [9; 2];
    FixedEntropy::new(0).fill(&mut zero).unwrap();
    assert_eq!(zero, [0, 1], "the entropy of the vectors counts up from 0");
}

/// The bundle of the vectors: its frame is kept, since another zstd may compress otherwise.
pub(crate) fn vector_bundle(keyring: &Keyring) -> BundleParts {
    let mut parts = bundle(keyring);
    let frame = golden::once("bundle/layer.zst", || compressed(&parts.contents[1]));
    parts.bundle.entries[1] = Carried::Zstd {
        content: blob(&parts.contents[1]),
        payload: blob(&frame),
    };
    parts.payloads[1] = frame;
    parts
}

/// Compares text, signature and payload, and opens the sealed file that was made once.
fn check_vector(folder: &str, transfer: &Transfer, sealed: &[u8]) {
    let keyring = keyring(0);
    let json = transfer.to_json().unwrap();
    let signer = keyring.signer(transfer.kind()).unwrap();
    let line = signer.sign(transfer.kind(), &json).unwrap().to_string();
    golden::same(&format!("{folder}/transfer.json"), &json);
    golden::same(&format!("{folder}/transfer.sig"), line.as_bytes());
    golden::same(
        &format!("{folder}/payload.tar"),
        &payload_of(sealed, &keyring),
    );
    let made_once = golden::once(&format!("{folder}/sealed.age"), || sealed.to_vec());
    assert_eq!(
        payload_of(&made_once, &keyring),
        payload_of(sealed, &keyring)
    );
    let (opened, _) = open_whole(&made_once, &keyring).unwrap();
    assert_eq!(opened.transfer(), transfer);
}

#[test]
fn accepted_vectors_are_what_is_written_and_open() {
    let keyring = keyring(0);
    let request = Transfer::from(request(&keyring));
    check_vector("request", &request, &seal(&request, &keyring));
    let receipt = Transfer::from(receipt(&keyring));
    check_vector("receipt", &receipt, &seal(&receipt, &keyring));
    let parts = vector_bundle(&keyring);
    let sealed = seal_bundle(&parts, &keyring).unwrap();
    check_vector("bundle", &Transfer::from(parts.bundle.clone()), &sealed);
}
