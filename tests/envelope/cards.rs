//! Ends that are paired by cards: the vectors, and every sender and recipient that is refused.

use airlock::diagnostic::Diagnose as _;
use airlock::ops::transfer::{Envelope, address_to, open_envelope};
use airlock::run::FixedEntropy;
use airlock::seal::{Card, Keyring, Role, Sealer};
use airlock::wire::{Kind, Transfer};
use ed25519_dalek::{Signer as _, SigningKey};
use lock_format::{Hex, parse_hex};
use sha2::{Digest as _, Sha256};

use crate::fixture::{NOW, bundle, contents, file, request, seal, seal_bundle, site};
use crate::forge::{parts_of, tar};
use crate::golden::{self, code_in, rejected};

/// The ends of the vectors: their entropy counts up from a byte.
const NORTH: (&str, Role, u8) = ("north", Role::Site, 0);
const ALPHA: (&str, Role, u8) = ("alpha", Role::Station, 64);

fn end((name, role, seed): (&str, Role, u8)) -> Keyring {
    let name = name.parse().unwrap();
    Keyring::with_card(name, role, None, &FixedEntropy::new(seed)).unwrap()
}

/// The site and the station, which trust each other.
fn pair() -> (Keyring, Keyring) {
    let (mut north, mut alpha) = (end(NORTH), end(ALPHA));
    let cards = (north.card().unwrap(), alpha.card().unwrap());
    north.trust(cards.1, None, NOW).unwrap();
    alpha.trust(cards.0, None, NOW).unwrap();
    (north, alpha)
}

/// Returns the code with which an envelope is refused at a time.
fn code(sealed: &[u8], keyring: &Keyring, now: u64) -> String {
    let kinds = [Kind::Request, Kind::Bundle, Kind::Receipt];
    let opened = open_envelope(file(sealed), keyring, &kinds, now);
    match opened.and_then(|opened| contents(&opened)) {
        Ok(_) => "accepted".to_owned(),
        Err(error) => error.code().as_str().to_owned(),
    }
}

#[test]
fn cards_of_the_vectors() {
    let (north, alpha) = pair();
    for (keyring, name) in [(&north, "north"), (&alpha, "alpha")] {
        let card = keyring.card().unwrap();
        let mut text = card.to_bytes();
        text.push(b'\n');
        golden::same(&format!("cards/{name}.card"), &text);
        let told = format!("{}\n{}\n", card.kid(), card.fingerprint());
        golden::same(&format!("cards/{name}.txt"), told.as_bytes());
        golden::same(&format!("cards/{name}-keyring.json"), &keyring.to_json());
        golden::same(
            &format!("cards/{name}-identities.txt"),
            keyring.age_identities().as_bytes(),
        );
        assert_eq!(Card::parse(&text).unwrap(), card);
    }
    let sealed = golden::once("cards/request.age", || {
        seal(&Transfer::from(request(&north)), &north)
    });
    assert_eq!(code(&sealed, &alpha, NOW), "accepted");
    let sealed = golden::once("cards/bundle.age", || {
        seal_bundle(&bundle(&alpha), &alpha).unwrap()
    });
    assert_eq!(code(&sealed, &north, NOW), "accepted");
}

/// Cards that must be refused: code, what is wrong, the text.
fn rejected_cards() -> Vec<(&'static str, &'static str, String)> {
    let card = String::from_utf8(end(NORTH).card().unwrap().to_bytes()).unwrap();
    let said: serde_json::Value = serde_json::from_str(&card).unwrap();
    let with = |field: &str, value: &str| card.replace(said[field].as_str().unwrap(), value);
    let hrp = bech32::Hrp::parse("age").unwrap();
    let zero = bech32::encode::<bech32::Bech32>(hrp, &[0; 32]).unwrap();
    let weak = format!("01{}", "00".repeat(31));
    let secret = "age-secret-key-1";
    vec![
        ("seal/card-newer", "format", card.replace(":1,", ":2,")),
        (
            "seal/card-newer",
            "key",
            card.replace("\"name\"", "\"hue\":1,\"name\""),
        ),
        ("seal/card-damaged", "newlines", format!("{card}\n\n")),
        ("seal/card-damaged", "space", card.replace(',', ", ")),
        (
            "seal/card-damaged",
            "order",
            card.replace("\"age\"", "\"zge\""),
        ),
        ("seal/card-damaged", "name", with("name", "North")),
        ("seal/card-damaged", "role", with("role", "hub")),
        (
            "seal/card-damaged",
            "small-order-x25519",
            with("age", &zero),
        ),
        (
            "seal/card-damaged",
            "small-order-ed25519",
            with("ed25519", &weak),
        ),
        ("seal/card-damaged", "identity", with("age", secret)),
        (
            "seal/card-damaged",
            "no-role",
            card.replace(",\"role\":\"site\"", ""),
        ),
    ]
}

#[test]
fn rejected_cards_have_the_code_in_their_name() {
    for (code, what, text) in rejected_cards() {
        golden::same(&rejected(code, what, "card"), text.as_bytes());
    }
    let names = golden::list("rejected", ".card");
    assert_eq!(names.len(), rejected_cards().len());
    for name in names {
        let bytes = golden::read(&format!("rejected/{name}"));
        let error = Card::parse(&bytes).expect_err(&name);
        let error = airlock::seal::PairingError::Card(error);
        assert_eq!(error.code().as_str(), code_in(&name), "{name}");
    }
}

/// Signs a text with the seed of a keyring's own key, under any kind and key id.
fn line(by: &Keyring, kid: &str, kind: &str, json: &[u8]) -> String {
    let said: serde_json::Value = serde_json::from_slice(&by.to_json()).unwrap();
    let seed = said["keys"][0]["ed25519"].as_str().unwrap();
    let key = SigningKey::from_bytes(&parse_hex(seed.as_bytes()).unwrap());
    let kid_bytes: [u8; 16] = parse_hex(kid.as_bytes()).unwrap();
    let mut message = format!("airlock/v1/transfer\0{kind}\0").into_bytes();
    message.extend(kid_bytes);
    message.extend(Sha256::digest(json));
    let signature = key.sign(&message).to_bytes();
    format!("airlock-transfer-v1 {kind} {kid} {}\n", Hex(&signature))
}

/// Seals a bundle with another signature line, to whom its maker seals.
fn signed(maker: &Keyring, line: &str) -> Vec<u8> {
    let parts = bundle(maker);
    let json = Transfer::from(parts.bundle.clone()).to_json().unwrap();
    let text = String::from_utf8(json).unwrap();
    let recipients = maker.recipients(Kind::Bundle).unwrap();
    let mut sealer = Sealer::new(&recipients, Vec::new()).unwrap();
    let payload = tar(&text, line, &parts_of(&parts));
    std::io::Write::write_all(&mut sealer, &payload).unwrap();
    sealer.finish().unwrap()
}

fn kid(keyring: &Keyring) -> String {
    keyring.card().unwrap().kid().to_string()
}

#[test]
fn each_sender_that_must_not_be_believed_is_named() {
    let (north, alpha) = pair();
    let mut stranger = end(("alpha", Role::Station, 9));
    stranger.trust(north.card().unwrap(), None, NOW).unwrap();
    let parts = bundle(&alpha);
    let json = Transfer::from(parts.bundle.clone()).to_json().unwrap();
    for (what, signature, expected) in [
        (
            "itself",
            line(&alpha, &kid(&alpha), "bundle", &json),
            "accepted",
        ),
        (
            "a stranger",
            line(&stranger, &kid(&stranger), "bundle", &json),
            "seal/unknown-sender",
        ),
        (
            "a stranger in its name",
            line(&stranger, &kid(&alpha), "bundle", &json),
            "seal/wrong-signature",
        ),
        (
            "the site itself",
            line(&north, &kid(&north), "bundle", &json),
            "seal/wrong-role",
        ),
        (
            "a station that makes requests",
            line(&alpha, &kid(&alpha), "request", &json),
            "seal/wrong-role",
        ),
        (
            "a signature of another text",
            line(&alpha, &kid(&alpha), "bundle", b"{}"),
            "seal/wrong-signature",
        ),
    ] {
        assert_eq!(
            code(&signed(&alpha, &signature), &north, NOW),
            expected,
            "{what}"
        );
    }
}

#[test]
fn a_senders_grace_ends_at_its_time() {
    let (mut north, alpha) = pair();
    let sealed = seal_bundle(&bundle(&alpha), &alpha).unwrap();
    let fresh = end(("alpha", Role::Station, 9)).card().unwrap();
    north.trust(fresh, Some(NOW + 10), NOW).unwrap();
    assert_eq!(code(&sealed, &north, NOW + 9), "accepted");
    assert_eq!(code(&sealed, &north, NOW + 10), "seal/retired-key");
    north.revoke("alpha", NOW).unwrap();
    assert_eq!(code(&sealed, &north, NOW), "seal/revoked-key");
    north.forget("alpha", NOW).unwrap();
    assert_eq!(code(&sealed, &north, NOW), "seal/unknown-sender");
}

#[test]
fn a_recipients_grace_ends_at_its_time() {
    let (mut north, alpha) = pair();
    let sealed = seal_bundle(&bundle(&alpha), &alpha).unwrap();
    north
        .rotate(end(("north", Role::Site, 9)), NOW + 10, NOW)
        .unwrap();
    assert_eq!(code(&sealed, &north, NOW + 9), "accepted");
    assert_eq!(code(&sealed, &north, NOW + 10), "seal/sealed-to-retired");
    let old = end(NORTH).card().unwrap().kid().to_string();
    north.revoke(&old, NOW).unwrap();
    assert_eq!(code(&sealed, &north, NOW), "seal/sealed-to-revoked");
    north.forget(&old, NOW).unwrap();
    assert_eq!(code(&sealed, &north, NOW), "seal/wrong-key");
}

#[test]
fn an_envelope_goes_to_those_it_names_and_to_nobody_else() {
    let (north, mut alpha) = pair();
    let mut south = end(("south", Role::Site, 128));
    south.trust(alpha.card().unwrap(), None, NOW).unwrap();
    alpha.trust(south.card().unwrap(), None, NOW).unwrap();
    let refused = alpha.recipients(Kind::Bundle).unwrap_err();
    assert_eq!(refused.code().as_str(), "seal/several-sites");
    let named = |names: &[&str]| {
        let names: Vec<_> = names.iter().map(|name| name.parse().unwrap()).collect();
        alpha.recipients_named(Kind::Bundle, &names)
    };
    assert_eq!(named(&["south", "south"]).unwrap().len(), 1);
    assert_eq!(
        named(&["east"]).unwrap_err().code().as_str(),
        "seal/no-such-peer"
    );
    let mut parts = bundle(&pair().1);
    for (names, opens) in [
        (&["north"][..], [true, false]),
        (&["south"], [false, true]),
        (&["north", "south"], [true, true]),
    ] {
        let recipients = named(names).unwrap();
        parts.bundle.address = address_to(&alpha, Kind::Bundle, &recipients, site(), None).unwrap();
        let sealed = seal_bundle(&parts, &alpha).unwrap();
        for (keyring, opens) in [&north, &south].into_iter().zip(opens) {
            let expected = if opens { "accepted" } else { "seal/wrong-key" };
            assert_eq!(code(&sealed, keyring, NOW), expected, "{names:?}");
        }
    }
    // Nor is one in the name of another key.
    let mut of_another = parts.bundle.clone();
    of_another.address.from = north.card().unwrap().kid();
    let made = Envelope::bundle(&of_another.into(), &alpha, parts.index_json.clone());
    assert_eq!(made.unwrap_err().code().as_str(), "transfer/other-keys");
    // An address that names a key which nothing is sealed to any more is not signed.
    alpha.revoke("south", NOW).unwrap();
    let transfer = Transfer::from(parts.bundle.clone());
    let refused = Envelope::bundle(&transfer, &alpha, parts.index_json.clone()).unwrap_err();
    assert_eq!(refused.code().as_str(), "transfer/other-keys");
}
