//! Genuine bundles at the wrong time or in the wrong place.

use std::process::Command;

use crate::world::World;

#[test]
fn a_bundle_for_another_request_is_refused() {
    let world = World::new();
    // The same site, keys and lock, in a store that lives on elsewhere: only the request differs.
    let (store, copy) = (world.path("inside/store"), world.path("inside/copy"));
    let copied = Command::new("cp").arg("-a").args([&store, &copy]).status();
    assert!(copied.unwrap().success());
    world.inside("diff --request ../other.age --store ../inside/copy");
    let host = world.registry.host();
    world.outside(&format!(
        "bundle ../other.age -o ../other-bundle.age --insecure-registry {host}"
    ));
    let code = world.refused(&world.read("other-bundle.age"));
    assert_eq!(code, "apply/unknown-request");
    world.applies();
}

#[test]
fn the_same_bundle_a_second_time_does_nothing_and_says_so() {
    let world = World::new();
    world.applies();
    let before = world.store();
    let told = world.inside_told("apply ../bundle.age");
    let changed = before.differences(&world.store());
    assert!(changed.is_empty(), "{changed:?} changed with: {told}");
    assert!(told.contains("applied before; nothing was done"), "{told}");
}
