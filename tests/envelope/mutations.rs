//! Any change to a sealed file is refused, with a code of the right set, and never a panic.

use airlock::seal::Keyring;
use airlock::wire::{Kind, Transfer};
use proptest::prelude::*;
use proptest::sample::Index;

use crate::change::{BODY, HEADER, PAYLOAD, config, over_changes};
use crate::fixture::{
    bundle, keyring, long_bundle, payload_of, refusal, request, seal, seal_bundle,
};
use crate::forge::{Forger, parts_of};

/// Returns where the header of an age file ends, its nonce not counted.
fn header_end(sealed: &[u8]) -> usize {
    let mac = sealed
        .windows(5)
        .position(|five| five == b"\n--- ")
        .unwrap()
        + 1;
    mac + sealed[mac..]
        .iter()
        .position(|byte| *byte == b'\n')
        .unwrap()
        + 1
}

fn sealed_request(keyring: &Keyring) -> Vec<u8> {
    seal(&request(keyring).into(), keyring)
}

#[test]
fn a_request_cut_at_any_byte_is_refused() {
    let keyring = keyring(0);
    let sealed = sealed_request(&keyring);
    let header = header_end(&sealed);
    for length in 0..sealed.len() {
        let code = refusal(&sealed[..length], &keyring);
        let allowed = if length < header + 16 { HEADER } else { BODY };
        assert!(
            allowed.contains(&code),
            "{length} of {}: {code}",
            sealed.len()
        );
    }
}

#[test]
fn a_request_with_any_byte_changed_is_refused() {
    let keyring = keyring(0);
    let mut sealed = sealed_request(&keyring);
    let header = header_end(&sealed);
    for at in 0..sealed.len() {
        let bit = 1 << (at % 8);
        sealed[at] ^= bit;
        let code = refusal(&sealed, &keyring);
        let allowed = if at < header { HEADER } else { BODY };
        assert!(allowed.contains(&code), "byte {at}: {code}");
        sealed[at] ^= bit;
    }
    assert_eq!(refusal(&sealed, &keyring), "accepted");
}

#[test]
fn a_sealed_bundle_changed_in_any_way_is_refused() {
    let keyring = keyring(0);
    let sealed = seal_bundle(&long_bundle(&keyring), &keyring).unwrap();
    over_changes(2000, &sealed, |changed, change| {
        let code = refusal(changed, &keyring);
        assert!(
            HEADER.contains(&code) || BODY.contains(&code),
            "{change:?}: {code}"
        );
    });
}

#[test]
fn a_payload_changed_in_any_way_and_sealed_again_is_refused() {
    let forger = Forger::new(0);
    let sealed = seal_bundle(&bundle(&forger.keyring), &forger.keyring).unwrap();
    let payload = payload_of(&sealed, &forger.keyring);
    over_changes(2000, &payload, |changed, change| {
        let code = refusal(&forger.seal(changed), &forger.keyring);
        assert!(PAYLOAD.contains(&code), "{change:?}: {code}");
    });
}

#[test]
fn entries_in_another_order_are_refused() {
    let forger = Forger::new(0);
    let parts = bundle(&forger.keyring);
    let text = String::from_utf8(Transfer::from(parts.bundle.clone()).to_json().unwrap()).unwrap();
    let entries = parts_of(&parts);
    let order: Vec<usize> = (0..entries.len()).collect();
    let config = config(300);
    proptest!(config, |(shuffled in Just(order.clone()).prop_shuffle())| {
        let moved: Vec<_> = shuffled.iter().map(|at| entries[*at].clone()).collect();
        let code = refusal(&forger.envelope(Kind::Bundle, &text, &moved), &forger.keyring);
        let expected = if shuffled == order { "accepted" } else { "transfer/framing" };
        prop_assert_eq!(code, expected, "{:?}", shuffled);
    });
}

#[test]
fn pieces_of_two_envelopes_do_not_make_a_third() {
    let forger = Forger::new(0);
    let one = seal_bundle(&long_bundle(&forger.keyring), &forger.keyring).unwrap();
    let other = seal_bundle(&bundle(&forger.keyring), &forger.keyring).unwrap();
    let [one_payload, other_payload] =
        [&one, &other].map(|sealed| payload_of(sealed, &forger.keyring));
    let config = config(500);
    let spliced = |front: &[u8], back: &[u8], at: Index| {
        let cut = at.index(front.len() - 1) + 1;
        [&front[..cut], &back[cut..]].concat()
    };
    proptest!(config, |(at in any::<Index>())| {
        let joined = spliced(&other, &one, at);
        let code = refusal(&joined, &forger.keyring);
        // Both begin with the same few bytes.
        prop_assert!(joined == one || HEADER.contains(&code) || BODY.contains(&code), "{}", code);
        let joined = spliced(&other_payload, &one_payload, at);
        let code = refusal(&forger.seal(&joined), &forger.keyring);
        prop_assert!(joined == one_payload || PAYLOAD.contains(&code), "{}", code);
    });
}
