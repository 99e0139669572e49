//! Bundles signed with the station's own keys whose contents are not what the lock says.

use std::fs;

use airlock::wire::Layout;

use crate::world::World;

#[test]
fn an_entry_that_is_not_in_the_lock_is_refused() {
    let world = World::new();
    let mut opened = world.opened();
    opened.add(b"something that nobody asked for");
    assert_eq!(
        world.refused(&opened.seal(&world.keyring)),
        "apply/not-in-lock"
    );
    world.applies();
}

#[test]
fn another_manifest_in_the_place_of_the_locked_one_is_refused() {
    let world = World::new();
    let mut opened = world.opened();
    opened.replace(world.image.top.digest, &without_a_layer(&world));
    assert_eq!(
        world.refused(&opened.seal(&world.keyring)),
        "apply/not-in-lock"
    );
    world.applies();
}

#[test]
fn a_manifest_with_a_layer_removed_is_refused_even_if_the_lock_pins_it() {
    let world = World::locked();
    let manifest = without_a_layer(&world);
    let media_type = world.image.top.media_type.clone();
    let pinned = world
        .registry
        .put_manifest("acme/app", media_type, &manifest);
    let lock = fs::read_to_string(world.path("project/airlock.lock")).unwrap();
    let edited = lock
        .replace(
            &world.image.top.digest.to_string(),
            &pinned.digest.to_string(),
        )
        .replace(
            &format!("size = {}\n", world.image.top.size),
            &format!("size = {}\n", pinned.size),
        );
    fs::write(world.path("project/airlock.lock"), edited).unwrap();
    world.answered("request.age", "bundle.age");
    let code = world.refused(&world.read("bundle.age"));
    assert_eq!(code, "apply/not-as-locked");
}

/// The manifest of the image, without its last layer.
fn without_a_layer(world: &World) -> Vec<u8> {
    let (_, bytes) = &world.image.manifests[0];
    let mut manifest: serde_json::Value = serde_json::from_slice(bytes).unwrap();
    manifest["layers"].as_array_mut().unwrap().pop().unwrap();
    manifest.to_string().into_bytes()
}

#[test]
fn a_blob_with_a_wrong_digest_is_refused() {
    let world = World::new();
    let opened = world.opened();
    for entry in opened.bundle.entries.clone() {
        let mut forged = opened.clone();
        forged.falsify(entry.content().digest);
        let code = world.refused(&forged.seal(&world.keyring));
        assert_eq!(code, "transfer/payload-differs", "{entry:?}");
    }
    world.applies();
}

#[test]
fn a_tar_header_that_differs_from_the_computed_one_is_refused() {
    let world = World::new();
    let opened = world.opened();
    // The name, the mode, the time, the checksum, the zeros after the last field; then the padding
    // and the end of the archive.
    for offset in [0, 106, 140, 150, 511] {
        let forged = opened.seal_after(&world.keyring, |layout, payload| {
            let start = layout.payload(Layout::FIRST_ENTRY).unwrap().start;
            let header = usize::try_from(start).unwrap() - 512;
            payload[header + offset] ^= 1;
        });
        assert_eq!(world.refused(&forged), "transfer/framing", "byte {offset}");
    }
    let forged = opened.seal_after(&world.keyring, |_, payload| {
        *payload.last_mut().unwrap() = 1;
    });
    assert_eq!(world.refused(&forged), "transfer/framing");
    world.applies();
}
