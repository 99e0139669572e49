//! Changes to a file of bytes, and the codes that they may be refused with.

use proptest::prelude::*;
use proptest::sample::Index;

/// Codes of a file whose header cannot be used.
pub(crate) const HEADER: &[&str] = &[
    "seal/not-an-envelope",
    "seal/envelope-newer",
    "seal/header-too-long",
    "seal/truncated",
    "seal/wrong-key",
];
/// Codes of a file whose chunks are not the ones that were sealed.
pub(crate) const BODY: &[&str] = &["seal/damaged", "seal/truncated", "transfer/trailing-data"];
/// Codes of a payload that is not the one that was signed.
pub(crate) const PAYLOAD: &[&str] = &[
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

/// A change to a file of bytes.
#[derive(Clone, Debug)]
pub(crate) enum Change {
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

/// Runs a property over this many changes of fixed bytes; one that changes nothing does not count.
pub(crate) fn over_changes(cases: u32, original: &[u8], property: impl Fn(&[u8], &Change)) {
    proptest!(config(cases), |(change in change())| {
        let mut changed = original.to_vec();
        change.apply(&mut changed);
        prop_assume!(changed != original);
        property(&changed, &change);
    });
}

/// So many cases, in an order of their own each time, and no file of failures.
pub(crate) fn config(cases: u32) -> ProptestConfig {
    ProptestConfig {
        cases,
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}
