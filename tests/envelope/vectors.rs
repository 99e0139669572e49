//! The vectors of `docs/transfer-format.md` section 15.

use airlock::diagnostic::Diagnose as _;
use airlock::run::{Entropy as _, FixedEntropy};
use airlock::seal::{Keyring, Phrase, WordCount};
use airlock::wire::{Carried, Kind, Transfer};

use crate::fixture::{
    BundleParts, blob, bundle, compressed, keyring, open_whole, payload_of, receipt, refusal,
    request, seal, seal_bundle,
};
use crate::forge::{Forger, parts_of};
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
fn vector_bundle(keyring: &Keyring) -> BundleParts {
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

/// Replaces what must be there.
fn with(text: &str, from: &str, to: &str) -> String {
    assert!(text.contains(from), "{from}");
    text.replacen(from, to, 1)
}

/// Texts that must be refused: code, what is wrong, text.
fn rejected_texts() -> Vec<(&'static str, &'static str, String)> {
    let [r, b, c] = ["request", "bundle", "receipt"]
        .map(|folder| String::from_utf8(golden::read(&format!("{folder}/transfer.json"))).unwrap());
    let serial = |text: &str| {
        let id = text.split('"').nth(3).unwrap();
        with(text, &format!(r#""answers":"{id}","#), "")
    };
    let (not_canonical, newer, missing, bad) = (
        "wire/not-canonical",
        "wire/newer",
        "wire/missing-field",
        "wire/bad-field",
    );
    vec![
        (not_canonical, "empty", String::new()),
        (not_canonical, "final-newline", format!("{r}\n")),
        (not_canonical, "white-space", with(&r, ":1,", ": 1,")),
        (not_canonical, "byte-order-mark", format!("\u{feff}{r}")),
        (
            not_canonical,
            "null",
            with(&r, r#""seq":3"#, r#""seq":null"#),
        ),
        (
            not_canonical,
            "keys-not-sorted",
            with(&c, r#""count":0,"head""#, r#""head":0,"count""#),
        ),
        (
            not_canonical,
            "key-twice",
            with(&r, r#""seq":3"#, r#""seq":3,"seq":3"#),
        ),
        (
            not_canonical,
            "set-not-sorted",
            with(&r, r#""raw","zstd""#, r#""zstd","raw""#),
        ),
        (
            not_canonical,
            "set-with-repetition",
            with(&r, r#""raw","#, r#""raw","raw","#),
        ),
        (
            not_canonical,
            "leading-zero",
            with(&r, r#""seq":3"#, r#""seq":03"#),
        ),
        (
            not_canonical,
            "needless-escape",
            with(&r, "linux/amd64", r"linux\/amd64"),
        ),
        (
            not_canonical,
            "not-ascii",
            with(&b, "no such", "no s\u{fc}ch"),
        ),
        (
            not_canonical,
            "platform-alias",
            with(&r, "linux/amd64", "linux/x86_64"),
        ),
        (
            newer,
            "format-2",
            with(&r, r#""format":1"#, r#""format":2"#),
        ),
        (
            newer,
            "kind",
            with(&r, r#""kind":"request""#, r#""kind":"query""#),
        ),
        (newer, "key", with(&c, r#""site""#, r#""shape":1,"site""#)),
        (
            newer,
            "encoding",
            with(&b, r#""encoding":"zstd""#, r#""encoding":"rebuilt""#),
        ),
        (newer, "base", with(&b, r#""bases":[]"#, r#""bases":["x"]"#)),
        (
            newer,
            "parameter",
            with(&b, r#""params":{}"#, r#""params":{"a":1}"#),
        ),
        (missing, "format", with(&r, r#""format":1,"#, "")),
        (missing, "seq", with(&r, r#""seq":3,"#, "")),
        (
            bad,
            "answers-and-serial",
            with(&b, r#","site""#, r#","serial":1,"site""#),
        ),
        (bad, "neither-answers-nor-serial", serial(&b)),
        (
            bad,
            "digest",
            with(&r, r#""lock":"sha256:"#, r#""lock":"md5:"#),
        ),
        (bad, "no-recipient", {
            let (before, after) = r.split_once(r#""to":["#).unwrap();
            let (_, after) = after.split_once(']').unwrap();
            format!(r#"{before}"to":[]{after}"#)
        }),
        (bad, "raw-not-accepted", with(&r, r#""raw","#, "")),
        (
            bad,
            "reference-not-canonical",
            with(&r, "docker.io/library/alpine:3.20", "alpine:3.20"),
        ),
        (bad, "path", with(&b, "encoded/0", "encoded/1")),
        (
            bad,
            "path-outside",
            with(&b, r#""path":"index.json""#, r#""path":"../index.json""#),
        ),
        (
            bad,
            "oci-layout",
            with(
                &b,
                r#""payload_size":30,"size":30"#,
                r#""payload_size":31,"size":31"#,
            ),
        ),
        (
            bad,
            "raw-payload-differs",
            with(&b, r#""payload_size":19"#, r#""payload_size":20"#),
        ),
        (
            bad,
            "outcome",
            with(&c, r#""outcome":"part""#, r#""outcome":"lost""#),
        ),
        (
            "wire/limit",
            "integer",
            with(&r, r#""seq":3"#, r#""seq":9007199254740992"#),
        ),
        (
            "wire/limit",
            "string",
            with(&b, "no such", &"x".repeat(4097)),
        ),
        (
            "wire/limit",
            "blob",
            with(&r, r#""size":7"#, r#""size":1099511627777"#),
        ),
    ]
}

#[test]
fn rejected_texts_are_refused_with_the_code_in_their_name() {
    for (code, what, text) in rejected_texts() {
        let name = format!("rejected/{}.{what}.json", code.replace('/', "."));
        golden::same(&name, text.as_bytes());
    }
    let names = golden::list("rejected", ".json");
    assert_eq!(names.len(), rejected_texts().len());
    for name in names {
        let text = golden::read(&format!("rejected/{name}"));
        let error = Transfer::parse(&text).expect_err(&name);
        assert_eq!(
            error.code().as_str().replace('/', "."),
            code_in(&name),
            "{name}: {error}"
        );
    }
}

/// Envelopes that must be refused: code, what is wrong, file.
fn rejected_envelopes() -> Vec<(&'static str, &'static str, Vec<u8>)> {
    let (forger, stranger) = (Forger::new(0), Forger::new(1));
    let parts = vector_bundle(&forger.keyring);
    let sealed = golden::read("bundle/sealed.age");
    let text = String::from_utf8(golden::read("bundle/transfer.json")).unwrap();
    let request = String::from_utf8(golden::read("request/transfer.json")).unwrap();
    let line = |by: &Forger, kind, direction| by.line(kind, direction, text.as_bytes());
    let signed = |line: &str| forger.seal(&crate::forge::tar(&text, line, &parts_of(&parts)));
    let entries = |change: &dyn Fn(&mut Vec<crate::forge::Part>)| {
        let mut entries = parts_of(&parts);
        change(&mut entries);
        forger.envelope(Kind::Bundle, &text, &entries)
    };
    let mut damaged = sealed.clone();
    let middle = damaged.len() / 2;
    damaged[middle] ^= 1;
    let mut framing = golden::read("bundle/payload.tar");
    let end = framing.len() - 1;
    framing[end] = 1;
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
        (
            "seal/header-too-long",
            "stanzas",
            [&sealed[..22], &b"-> x\n\n".repeat(65), &sealed[22..]].concat(),
        ),
        (
            "seal/wrong-key",
            "other-phrase",
            stranger.envelope(Kind::Request, &request, &[]),
        ),
        ("seal/truncated", "header", sealed[..100].to_vec()),
        ("seal/damaged", "chunk", damaged),
        (
            "seal/unknown-sender",
            "stranger",
            signed(&line(&stranger, "bundle", "bundle")),
        ),
        (
            "seal/wrong-role",
            "reflected",
            signed(&line(&forger, "bundle", "request")),
        ),
        (
            "seal/wrong-signature",
            "other-text",
            signed(&forger.line("bundle", "bundle", b"{}")),
        ),
        (
            "wire/signature-line",
            "two-lines",
            signed(&format!("{}\n", line(&forger, "bundle", "bundle"))),
        ),
        ("wire/signed-otherwise", "kind", {
            let line = forger.line("receipt", "request", request.as_bytes());
            forger.seal(&crate::forge::tar(&request, &line, &[]))
        }),
        ("transfer/framing", "end-of-tar", forger.seal(&framing)),
        (
            "transfer/framing",
            "swapped",
            entries(&|entries| entries.swap(2, 5)),
        ),
        (
            "transfer/missing-data",
            "last-left-out",
            entries(&|entries| drop(entries.pop())),
        ),
        (
            "transfer/trailing-data",
            "one-added",
            entries(&|entries| {
                entries.push(("encoded/1".to_owned(), b"x".to_vec()));
            }),
        ),
        (
            "transfer/payload-differs",
            "raw",
            entries(&|entries| entries[5].1[1] ^= 1),
        ),
    ]
}

#[test]
fn rejected_envelopes_are_refused_with_the_code_in_their_name() {
    let made = rejected_envelopes();
    for (code, what, sealed) in &made {
        assert_eq!(refusal(sealed, &keyring(0)), *code, "{what}");
        golden::once(
            &format!("rejected/{}.{what}.age", code.replace('/', ".")),
            || sealed.clone(),
        );
    }
    let names = golden::list("rejected", ".age");
    assert_eq!(names.len(), made.len());
    for name in names {
        let code = refusal(&golden::read(&format!("rejected/{name}")), &keyring(0));
        assert_eq!(code.replace('/', "."), code_in(&name), "{name}");
    }
}

/// Returns `room.code` of `room.code.what.suffix`.
fn code_in(name: &str) -> String {
    name.split('.').take(2).collect::<Vec<_>>().join(".")
}
