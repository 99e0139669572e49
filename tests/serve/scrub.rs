//! The scrub: what is damaged is named, withdrawn, and served again when it is healed.

use std::time::Duration;

use airlock::run::{Cancel, RecordingSleeper};
use airlock::serve::Scrub;

use super::server::Notes;
use super::world::{LAYER, MANIFEST, World, error, world};

/// Goes round once, as fast as it can, and returns what was told.
fn round(world: &World) -> Vec<String> {
    let notes = Notes::default();
    let (cancel, sleeper) = (Cancel::default(), RecordingSleeper::default());
    let scrub = Scrub::new(&world.router, &notes, u64::MAX, &cancel, &sleeper);
    scrub.round().unwrap();
    notes.told.into_inner().unwrap()
}

#[test]
fn a_damaged_blob_is_named_and_withdrawn_until_it_is_healed() {
    let world = world();
    let target = format!("/v2/alpine/blobs/{}", world.layer);
    assert_eq!(round(&world), [""; 0]);
    world.store.replace(world.layer, b"0123456780");
    let told = round(&world);
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].contains(&world.layer.to_string()), "{told:?}");
    assert_eq!(round(&world), [""; 0]);
    let response = world.get(&target);
    assert_eq!(response.status, 404);
    let (code, message, detail) = error(response);
    assert_eq!(
        (code.as_str(), &detail["why"]),
        ("BLOB_UNKNOWN", &"damaged".into())
    );
    assert!(message.contains("airlock diff"), "{message}");
    let health = super::world::bytes(world.get("/healthz").body);
    assert!(String::from_utf8_lossy(&health).contains(&world.layer.to_string()));
    world.store.replace(world.layer, LAYER);
    assert_eq!(round(&world).len(), 1);
    assert_eq!(world.get(&target).status, 200);
}

#[test]
fn a_damaged_manifest_is_withdrawn_as_well() {
    let world = world();
    let mut other = MANIFEST.to_vec();
    other[0] ^= 1;
    world.store.replace(world.manifest, &other);
    assert_eq!(round(&world).len(), 1);
    let target = format!("/v2/alpine/manifests/{}", world.manifest);
    assert_eq!(world.get(&target).status, 404);
}

#[test]
fn the_rate_bounds_how_much_is_read() {
    let world = world();
    world.store.hold(&vec![0; 1_000_000]);
    let notes = Notes::default();
    let (cancel, sleeper) = (Cancel::default(), RecordingSleeper::default());
    Scrub::new(&world.router, &notes, 100_000, &cancel, &sleeper)
        .round()
        .unwrap();
    let waited: Duration = sleeper.waits().iter().sum();
    assert!(waited >= Duration::from_secs(10), "{waited:?}");
    assert!(waited < Duration::from_secs(11), "{waited:?}");
}

#[test]
fn a_stop_ends_a_round() {
    let world = world();
    let notes = Notes::default();
    let (cancel, sleeper) = (Cancel::default(), RecordingSleeper::default());
    cancel.set();
    let scrub = Scrub::new(&world.router, &notes, 1, &cancel, &sleeper);
    assert!(scrub.round().is_err());
    scrub.run();
}
