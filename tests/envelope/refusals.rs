//! Each way to be wrong has its own code. Every forgery is signed and sealed like the real thing,
//! except for the one thing that is wrong with it.

use airlock::diagnostic::Diagnose as _;
use airlock::ops::transfer::open_envelope;
use airlock::seal::Keyring;
use airlock::wire::{Bundle, Carried, Kind, Transfer};
use lock_format::Blob;

use crate::fixture::{
    BundleParts, NOW, blob, bundle, compressed, file, keyring, payload_of, receipt, refusal,
    request, seal, seal_bundle,
};
use crate::forge::{Forger, header, parts_of, tar};

fn json(transfer: impl Into<Transfer>) -> String {
    String::from_utf8(transfer.into().to_json().unwrap()).unwrap()
}

fn bundle_json(bundle: &Bundle) -> String {
    json(bundle.clone())
}

/// Opens what was forged, with the keys it was forged for.
fn code(sealed: &[u8]) -> &'static str {
    refusal(sealed, &keyring(0))
}

#[test]
fn what_is_forged_without_a_mistake_is_accepted() {
    let forger = Forger::new(0);
    let parts = bundle(&forger.keyring);
    let sealed = forger.envelope(Kind::Bundle, &bundle_json(&parts.bundle), &parts_of(&parts));
    assert_eq!(code(&sealed), "accepted");
    let sealed = forger.envelope(Kind::Request, &json(request(&forger.keyring)), &[]);
    assert_eq!(code(&sealed), "accepted");
}

#[test]
fn other_keys_do_not_open_it() {
    let sealed = seal(&request(&keyring(0)).into(), &keyring(0));
    assert_eq!(refusal(&sealed, &keyring(1)), "seal/wrong-key");
}

#[test]
fn other_files_are_told_apart() {
    let sealed = seal(&request(&keyring(0)).into(), &keyring(0));
    assert_eq!(code(b""), "seal/not-an-envelope");
    assert_eq!(code(b"PK\x03\x04"), "seal/not-an-envelope");
    let newer = [b"age-encryption.org/v2\n", &sealed[22..]].concat();
    assert_eq!(code(&newer), "seal/envelope-newer");
    let long = [
        &sealed[..22],
        b"-> x\n\n".repeat(70).as_slice(),
        &sealed[22..],
    ]
    .concat();
    assert_eq!(code(&long), "seal/header-too-long");
}

#[test]
fn a_file_that_was_cut_or_continued_is_told_from_a_damaged_one() {
    let keyring = keyring(0);
    let sealed = seal_bundle(&crate::fixture::long_bundle(&keyring), &keyring).unwrap();
    assert_eq!(code(&sealed[..sealed.len() - 1]), "seal/truncated");
    assert_eq!(code(&sealed[..sealed.len() - 65_600]), "seal/truncated");
    assert_eq!(
        code(&[sealed.as_slice(), b"x"].concat()),
        "transfer/trailing-data"
    );
    let mut flipped = sealed;
    let last = flipped.len() - 1;
    flipped[last] ^= 1;
    assert_eq!(code(&flipped), "seal/damaged");
}

#[test]
fn the_signer_must_be_known_and_of_the_right_role() {
    let (forger, stranger) = (Forger::new(0), Forger::new(1));
    let parts = bundle(&forger.keyring);
    let text = bundle_json(&parts.bundle);
    let sign = |by: &Forger, kind, direction| {
        let line = by.line(kind, direction, text.as_bytes());
        forger.seal(&tar(&text, &line, &parts_of(&parts)))
    };
    assert_eq!(code(&sign(&forger, "bundle", "bundle")), "accepted");
    assert_eq!(
        code(&sign(&stranger, "bundle", "bundle")),
        "seal/unknown-sender"
    );
    assert_eq!(code(&sign(&forger, "bundle", "request")), "seal/wrong-role");
    assert_eq!(code(&sign(&forger, "request", "bundle")), "seal/wrong-role");
}

#[test]
fn the_signature_covers_kind_key_and_text() {
    let forger = Forger::new(0);
    let text = json(request(&forger.keyring));
    let line = forger.line("request", "request", text.as_bytes());
    let with = |line: &str, text: &str| forger.seal(&tar(text, line, &[]));
    let last = line.rfind(|c: char| c.is_ascii_hexdigit()).unwrap();
    let mut flipped = line.clone();
    let digit = if line[last..].starts_with('0') {
        "1"
    } else {
        "0"
    };
    flipped.replace_range(last..=last, digit);
    assert_eq!(code(&with(&flipped, &text)), "seal/wrong-signature");
    let as_receipt = line.replace(" request ", " receipt ");
    assert_eq!(code(&with(&as_receipt, &text)), "seal/wrong-signature");
    let other_text = text.replace(r#""seq":3"#, r#""seq":4"#);
    assert_eq!(code(&with(&line, &other_text)), "seal/wrong-signature");
}

#[test]
fn line_and_text_must_agree() {
    let forger = Forger::new(0);
    let text = json(receipt(&forger.keyring));
    let line = forger.line("request", "request", text.as_bytes());
    assert_eq!(
        code(&forger.seal(&tar(&text, &line, &[]))),
        "wire/signed-otherwise"
    );
    let from = forger.kid("request");
    let text = text.replace(
        &format!(r#""from":"{from}""#),
        &format!(r#""from":"{}""#, forger.kid("bundle")),
    );
    let sealed = forger.envelope(Kind::Receipt, &text, &[]);
    assert_eq!(code(&sealed), "wire/signed-otherwise");
}

#[test]
fn a_signature_line_of_another_form_is_refused() {
    let forger = Forger::new(0);
    let text = json(request(&forger.keyring));
    let line = forger.line("request", "request", text.as_bytes());
    for other in [
        line.replace("-v1", "-v2"),
        line.to_uppercase(),
        line.trim_end().to_owned(),
    ] {
        assert_eq!(
            code(&forger.seal(&tar(&text, &other, &[]))),
            "wire/signature-line"
        );
    }
}

#[test]
fn a_signed_text_must_still_be_of_the_format() {
    let forger = Forger::new(0);
    let text = json(request(&forger.keyring));
    for (other, expected) in [
        (format!("{text}\n"), "wire/not-canonical"),
        (text.replace(r#""format":1"#, r#""format":2"#), "wire/newer"),
        (
            text.replace(r#""kind":"request""#, r#""kind":"query""#),
            "wire/newer",
        ),
        (
            text.replace(r#""seq":3"#, r#""second":2,"seq":3"#),
            "wire/newer",
        ),
        (text.replace(r#""seq":3,"#, ""), "wire/missing-field"),
        (
            text.replace(r#""seq":3"#, r#""seq":9007199254740992"#),
            "wire/limit",
        ),
        (text.replace(r#""raw","#, ""), "wire/bad-field"),
    ] {
        assert_ne!(other, text);
        let sealed = forger.envelope(Kind::Request, &other, &[]);
        assert_eq!(code(&sealed), expected, "{other}");
    }
}

#[test]
fn it_must_be_addressed_to_me_and_of_the_kind_that_is_taken() {
    let forger = Forger::new(0);
    let mut request = request(&forger.keyring);
    let sealed = seal(&request.clone().into(), &forger.keyring);
    let taken = open_envelope(file(&sealed), &forger.keyring, &[Kind::Bundle], NOW);
    assert_eq!(taken.unwrap_err().code().as_str(), "transfer/other-kind");
    request.address.to = [keyring(1).signer(Kind::Request).unwrap().kid()].into();
    let sealed = forger.envelope(Kind::Request, &json(request), &[]);
    assert_eq!(code(&sealed), "transfer/not-for-me");
}

#[test]
fn retired_and_revoked_keys_are_named() {
    let sealed = seal(&request(&keyring(0)).into(), &keyring(0));
    let kid = keyring(0).signer(Kind::Request).unwrap().kid().to_string();
    let with_state = |state: &str| {
        let folder = tempfile::tempdir().unwrap();
        keyring(0).save(folder.path(), false).unwrap();
        let path = folder.path().join("keyring.json");
        let text =
            String::from_utf8(crate::fixture::all(std::fs::File::open(&path).unwrap())).unwrap();
        let (before, after) = text.split_once(&kid).unwrap();
        let after = after.replacen(r#""state":"current""#, state, 1);
        let changed = format!("{before}{kid}{after}");
        std::os::unix::fs::FileExt::write_all_at(
            &std::fs::OpenOptions::new().write(true).open(&path).unwrap(),
            changed.as_bytes(),
            0,
        )
        .unwrap();
        Keyring::load(folder.path()).unwrap()
    };
    let opened = |keyring: &Keyring| {
        // The key no longer opens anything by itself: the other pair must be a recipient too.
        let forger = Forger::new(0);
        let payload = payload_of(&sealed, &forger.keyring);
        let recipients = forger.keyring.recipients(Kind::Bundle).unwrap();
        let mut sealer = airlock::seal::Sealer::new(&recipients, Vec::new()).unwrap();
        std::io::Write::write_all(&mut sealer, &payload).unwrap();
        refusal(&sealer.finish().unwrap(), keyring)
    };
    let late = format!(r#""state":"grace","until":{NOW}"#);
    let early = format!(r#""state":"grace","until":{}"#, NOW + 1);
    assert_eq!(opened(&with_state(r#""state":"current""#)), "accepted");
    assert_eq!(opened(&with_state(&early)), "accepted");
    assert_eq!(opened(&with_state(&late)), "seal/retired-key");
    assert_eq!(
        opened(&with_state(r#""state":"retired""#)),
        "seal/retired-key"
    );
    assert_eq!(
        opened(&with_state(r#""state":"revoked""#)),
        "seal/revoked-key"
    );
    for (state, code) in [
        (late.as_str(), "seal/sealed-to-retired"),
        (r#""state":"retired""#, "seal/sealed-to-retired"),
        (r#""state":"revoked""#, "seal/sealed-to-revoked"),
    ] {
        assert_eq!(refusal(&sealed, &with_state(state)), code);
    }
}

#[test]
fn entries_must_stand_as_they_are_listed() {
    let forger = Forger::new(0);
    let parts = bundle(&forger.keyring);
    let text = bundle_json(&parts.bundle);
    let with = |change: &dyn Fn(&mut Vec<crate::forge::Part>)| {
        let mut entries = parts_of(&parts);
        change(&mut entries);
        code(&forger.envelope(Kind::Bundle, &text, &entries))
    };
    assert_eq!(with(&|_| {}), "accepted");
    // A swap moves the framing; a part left out or added also changes the length.
    assert_eq!(with(&|entries| entries.swap(2, 4)), "transfer/framing");
    assert_eq!(with(&|entries| entries.swap(0, 1)), "transfer/framing");
    assert_eq!(
        with(&|entries| drop(entries.pop())),
        "transfer/missing-data"
    );
    assert_eq!(
        with(&|entries| entries.push(("blobs/sha256/extra".to_owned(), b"x".to_vec()))),
        "transfer/trailing-data"
    );
    assert_eq!(with(&|entries| entries[2].0.push('x')), "transfer/framing");
    assert_eq!(
        with(&|entries| entries[2].1[0] ^= 1),
        "transfer/payload-differs"
    );
    assert_eq!(
        with(&|entries| entries[3].1[9] ^= 1),
        "transfer/bad-encoding"
    );
    assert_eq!(
        with(&|entries| entries[5].1[0] ^= 1),
        "transfer/payload-differs"
    );
    assert_eq!(
        with(&|entries| entries[0].1[0] ^= 1),
        "transfer/payload-differs"
    );
    assert_eq!(
        with(&|entries| entries[1].1[0] ^= 1),
        "transfer/payload-differs"
    );
}

#[test]
fn every_framing_byte_is_compared() {
    let forger = Forger::new(0);
    let parts = bundle(&forger.keyring);
    let transfer = Transfer::from(parts.bundle.clone());
    let payload = payload_of(
        &seal_bundle(&parts, &forger.keyring).unwrap(),
        &forger.keyring,
    );
    let length = transfer.to_json().unwrap().len() as u64;
    let layout = airlock::wire::Layout::new(&transfer, length).unwrap();
    let mut changed = 0;
    for part in 0..=layout.parts() {
        let start = usize::try_from(layout.framing_start(part)).unwrap();
        let framing = layout.framing(part).len();
        // Every field once: a whole sweep would open some thousand envelopes here.
        for at in (start..start + framing)
            .step_by(61)
            .chain([start + framing - 1])
        {
            let mut other = payload.clone();
            other[at] ^= 0x20;
            assert_eq!(code(&forger.seal(&other)), "transfer/framing", "byte {at}");
            changed += 1;
        }
    }
    assert!(changed > 80, "{changed}");
}

/// A bundle whose encoded entry has another payload.
fn with_payload(forger: &Forger, content: Blob, payload: Vec<u8>) -> BundleParts {
    let mut parts = bundle(&forger.keyring);
    parts.bundle.entries[1] = Carried::Zstd {
        content,
        payload: blob(&payload),
    };
    parts.payloads[1] = payload;
    parts
}

#[test]
fn an_encoded_entry_must_be_one_small_frame_of_its_size() {
    let forger = Forger::new(0);
    let plain = b"layer ".repeat(5000);
    let frame = compressed(&plain);
    let wide = {
        let mut encoder = zstd::stream::write::Encoder::new(Vec::new(), 3).unwrap();
        encoder.window_log(22).unwrap();
        std::io::Write::write_all(&mut encoder, &plain.repeat(200)).unwrap();
        encoder.finish().unwrap()
    };
    let longer = compressed(&[plain.as_slice(), b"x"].concat());
    let sized = |size| Blob {
        size,
        ..blob(&plain)
    };
    for (content, payload, expected) in [
        (blob(&plain), frame.clone(), "accepted"),
        (blob(&plain), plain.clone(), "transfer/bad-encoding"),
        (blob(&plain), Vec::new(), "transfer/bad-encoding"),
        (
            blob(&plain),
            frame[..frame.len() - 1].to_vec(),
            "transfer/bad-encoding",
        ),
        (
            blob(&plain),
            [frame.as_slice(), b"x"].concat(),
            "transfer/bad-encoding",
        ),
        (blob(&plain), frame.repeat(2), "transfer/bad-encoding"),
        (blob(&plain), longer, "transfer/bad-encoding"),
        (sized(29_999), frame.clone(), "transfer/bad-encoding"),
        (sized(30_001), frame, "transfer/bad-encoding"),
        (blob(&plain.repeat(200)), wide, "transfer/bad-encoding"),
    ] {
        let parts = with_payload(&forger, content, payload);
        let sealed = seal_bundle(&parts, &forger.keyring).unwrap();
        assert_eq!(
            code(&sealed),
            expected,
            "{content:?} {}",
            parts.payloads[1].len()
        );
    }
    let other = with_payload(
        &forger,
        blob(b"something else of this size?"),
        compressed(&[0; 28]),
    );
    let sealed = seal_bundle(&other, &forger.keyring).unwrap();
    assert_eq!(code(&sealed), "transfer/payload-differs");
}

#[test]
fn what_a_header_claims_is_bounded_before_it_is_read() {
    let forger = Forger::new(0);
    // Nothing of the length is there, so only the claim can be too long.
    let json = header("transfer.json", 8 * 1024 * 1024 * 1024 - 1, b'0');
    assert_eq!(
        code(&forger.seal(&[&json[..], &[0; 512]].concat())),
        "wire/limit"
    );
    let text = "{}";
    let mut payload = tar(text, "", &[]);
    payload.truncate(512 + 512);
    payload.extend(header("transfer.sig", 513, b'0'));
    payload.extend([b'x'; 512]);
    assert_eq!(code(&forger.seal(&payload)), "wire/limit");
}

#[test]
fn one_volume_of_several_is_not_the_bundle() {
    let forger = Forger::new(0);
    let mut parts = crate::fixture::long_bundle(&forger.keyring);
    parts.bundle.volume_payload = Some(65_536);
    let payload = payload_of(
        &seal_bundle(&parts, &forger.keyring).unwrap(),
        &forger.keyring,
    );
    assert_eq!(
        code(&forger.seal(&payload[..65_536])),
        "transfer/volume-missing"
    );
    parts.bundle.volume_payload = Some(1 << 30);
    // A bundle that fits into one volume is one file, and says nothing of volumes.
    let failure = seal_bundle(&parts, &forger.keyring).unwrap_err();
    assert_eq!(failure.facts().code().as_str(), "wire/bad-field");
}

#[test]
fn a_writer_refuses_what_differs_from_its_promise() {
    let keyring = keyring(0);
    let refused = |parts: &BundleParts| {
        let failure = seal_bundle(parts, &keyring).unwrap_err();
        failure.facts().code().as_str()
    };
    let mut parts = bundle(&keyring);
    parts.payloads[0][3] ^= 1;
    assert_eq!(refused(&parts), "transfer/payload-differs");
    let mut parts = bundle(&keyring);
    parts.payloads[3].push(7);
    assert_eq!(refused(&parts), "transfer/payload-differs");
    let mut parts = bundle(&keyring);
    parts.payloads[3].pop();
    assert_eq!(refused(&parts), "transfer/payload-differs");
    let mut parts = bundle(&keyring);
    parts.index_json.push(b'\n');
    assert_eq!(refused(&parts), "transfer/other-index-json");
    let mut parts = bundle(&keyring);
    parts.bundle.address = request(&keyring).address;
    assert_eq!(refused(&parts), "transfer/other-keys");
    let mut parts = bundle(&keyring);
    let twice = parts.bundle.entries[0];
    parts.bundle.entries.push(twice);
    assert_eq!(refused(&parts), "wire/duplicate-entry");
}
