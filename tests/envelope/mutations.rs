//! Any change to a sealed file is refused, with a code of the right set, and never a panic.

use airlock::seal::Keyring;
use airlock::wire::{Kind, Transfer};
use proptest::prelude::*;
use proptest::sample::Index;

use crate::fixture::{
    bundle, keyring, long_bundle, payload_of, refusal, request, seal, seal_bundle,
};
use crate::forge::{Forger, parts_of};

/// Codes of a file whose header cannot be used.
const HEADER: &[&str] = &[
    "seal/not-an-envelope",
    "seal/envelope-newer",
    "seal/header-too-long",
    "seal/truncated",
    "seal/wrong-key",
];
/// Codes of a file whose chunks are not the ones that were sealed.
const BODY: &[&str] = &["seal/damaged", "seal/truncated", "transfer/trailing-data"];
/// Codes of a payload that is not the one that was signed.
const PAYLOAD: &[&str] = &[
    "transfer/framing",
    "transfer/missing-data",
    "transfer/trailing-data",
    "transfer/payload-differs",
    "transfer/bad-encoding",
    "seal/truncated",
    "seal/unknown-sender",
    "seal/wrong-signature",
    "wire/limit",
    "wire/signature-line",
];

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

/// A change to a file of bytes.
#[derive(Clone, Debug)]
enum Change {
    Flip(Index, u8),
    Cut(Index),
    Append(Vec<u8>),
    Remove(Index, usize),
    Insert(Index, Vec<u8>),
    Swap(Index, Index, usize),
    Zero(Index, usize),
}

impl Change {
    fn apply(&self, bytes: &mut Vec<u8>) {
        let length = bytes.len();
        match self {
            Self::Flip(at, bit) => bytes[at.index(length)] ^= 1 << bit,
            Self::Cut(at) => bytes.truncate(at.index(length)),
            Self::Append(more) => bytes.extend(more),
            Self::Remove(at, count) => {
                let start = at.index(length);
                bytes.drain(start..(start + count).min(length));
            }
            Self::Insert(at, more) => {
                let start = at.index(length);
                bytes.splice(start..start, more.iter().copied());
            }
            Self::Swap(one, other, count) => {
                let start = one.index(length).min(other.index(length));
                let later = one.index(length).max(other.index(length));
                let count = (*count).min(length - later).min(later - start);
                for offset in 0..count {
                    bytes.swap(start + offset, later + offset);
                }
            }
            Self::Zero(at, count) => {
                let start = at.index(length);
                let end = (start + count).min(length);
                bytes[start..end].fill(0);
            }
        }
    }
}

fn change() -> impl Strategy<Value = Change> {
    let index = any::<Index>;
    let some = prop::collection::vec(any::<u8>(), 1..700);
    prop_oneof![
        4 => (index(), 0..8_u8).prop_map(|(at, bit)| Change::Flip(at, bit)),
        1 => index().prop_map(Change::Cut),
        1 => some.clone().prop_map(Change::Append),
        1 => (index(), 1..70_000_usize).prop_map(|(at, count)| Change::Remove(at, count)),
        1 => (index(), some).prop_map(|(at, more)| Change::Insert(at, more)),
        1 => (index(), index(), 1..66_000_usize).prop_map(|(a, b, n)| Change::Swap(a, b, n)),
        1 => (index(), 1..2_000_usize).prop_map(|(at, count)| Change::Zero(at, count)),
    ]
}

/// Runs a property over changes of fixed bytes; a change that changes nothing is left out.
fn over_changes(cases: u32, original: &[u8], property: impl Fn(&[u8], &Change)) {
    let config = ProptestConfig {
        cases,
        failure_persistence: None,
        ..ProptestConfig::default()
    };
    proptest!(config, |(change in change())| {
        let mut changed = original.to_vec();
        change.apply(&mut changed);
        if changed != original {
            property(&changed, &change);
        }
    });
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
    let config = ProptestConfig {
        cases: 300,
        failure_persistence: None,
        ..ProptestConfig::default()
    };
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
    let config = ProptestConfig {
        cases: 500,
        failure_persistence: None,
        ..ProptestConfig::default()
    };
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
