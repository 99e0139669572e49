//! Bundles that were damaged on their way, or that are for somebody else.

use std::collections::BTreeSet;

use crate::world::{World, keyring};

/// The phrase of BIP-39's own first test vector: keys of somebody else.
const OTHER: &str = "abandon abandon abandon abandon abandon abandon \
                     abandon abandon abandon abandon abandon about";

#[test]
fn a_bundle_sealed_to_other_keys_is_refused() {
    let world = World::new();
    let code = world.refused(&world.opened().seal(&keyring(OTHER)));
    assert_eq!(code, "seal/wrong-key");
    world.applies();
}

#[test]
fn a_truncated_bundle_is_refused_wherever_it_ends() {
    let world = World::new();
    let bundle = world.read("bundle.age");
    for cut in [1, 15, 16, 17, 70_000] {
        let code = world.refused(&bundle[..bundle.len() - cut]);
        assert_eq!(code, "seal/truncated", "{cut} bytes are missing");
    }
    assert_eq!(world.refused(&bundle[..40]), "seal/truncated");
    assert_eq!(world.refused(&[]), "seal/not-an-envelope");
    world.applies();
}

#[test]
fn a_flipped_bit_is_refused_wherever_it_is() {
    let world = World::new();
    let bundle = world.read("bundle.age");
    let mut codes = BTreeSet::new();
    // The places lie evenly over the file; the first is in its header.
    for place in 0..20 {
        let at = 30 + place * (bundle.len() - 31) / 19;
        let mut flipped = bundle.clone();
        flipped[at] ^= 1 << (place % 8);
        codes.insert(world.refused(&flipped));
    }
    let expected = ["seal/damaged", "seal/wrong-key"].map(str::to_owned);
    assert_eq!(codes, expected.into());
    world.applies();
}
