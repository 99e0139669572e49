//! Bundles that are whole and signed, and not what this site waits for.

use std::fs;
use std::sync::Arc;

use airlock::wire::SiteId;
use lock_format::{Descriptor, Digest, Reference};

use crate::world::World;

#[test]
fn a_bundle_for_another_site_is_refused() {
    let world = World::new();
    let mut opened = world.opened();
    opened.bundle.address.site = SiteId::from_bytes([7; 16]);
    assert_eq!(
        world.refused(&opened.seal(&world.keyring)),
        "apply/other-site"
    );
    world.applies();
}

#[test]
fn a_bundle_is_refused_while_the_lock_of_its_request_cannot_be_read() {
    let world = World::new();
    let locks = world.path("inside/store/airlock/locks");
    let lock = fs::read_dir(&locks).unwrap().next().unwrap().unwrap();
    fs::remove_file(lock.path()).unwrap();
    let (before, logs) = (world.store(), world.logs());
    for words in ["apply --check ../bundle.age", "apply ../bundle.age"] {
        // The store is damaged, not the bundle.
        assert_eq!(world.fails(words), (3, "apply/unreadable-lock".to_owned()));
    }
    assert!(before.differences(&world.store()).is_empty());
    assert_eq!(world.logs(), logs);
    world.inside("apply ../bundle.age --lockfile airlock.lock");
    world.inside("diff --exit-code");
}

#[test]
fn a_bundle_past_its_expiry_is_refused() {
    let world = World::new();
    let mut opened = world.opened();
    opened.bundle.address.expires = Some(1);
    assert_eq!(world.refused(&opened.seal(&world.keyring)), "apply/expired");
    opened.bundle.address.expires = Some(9_000_000_000_000);
    fs::write(world.path("bundle.age"), opened.seal(&world.keyring)).unwrap();
    world.applies();
}

#[test]
fn a_bundle_for_another_lock_is_refused() {
    let world = World::new();
    let mut opened = world.opened();
    opened.bundle.lock = Digest::Sha256([9; 32]);
    assert_eq!(
        world.refused(&opened.seal(&world.keyring)),
        "apply/other-lock"
    );
    world.applies();
}

#[test]
fn an_entry_of_another_size_than_the_lock_says_is_refused() {
    let world = World::new();
    let mut opened = world.opened();
    opened.lengthen(opened.bundle.entries[3].content().digest);
    assert_eq!(
        world.refused(&opened.seal(&world.keyring)),
        "apply/size-differs"
    );
    world.applies();
}

#[test]
fn a_resolution_that_was_not_asked_for_is_refused() {
    let world = World::new();
    let mut opened = world.opened();
    let name = Reference::parse("reg.lan:5000/acme/other:1").unwrap();
    let top: Descriptor = world.image.top.clone();
    opened.bundle.resolutions.insert(name, top);
    assert_eq!(
        world.refused(&opened.seal(&world.keyring)),
        "apply/unasked-resolution"
    );
    world.applies();
}

#[test]
fn the_answer_to_an_older_request_cannot_move_a_name_back() {
    let world = World::new();
    // A second state of the tag is requested and applied before the first answer arrives.
    world.upgrade();
    world.answered("second.age", "second-bundle.age");
    world.inside("apply ../second-bundle.age");
    let code = world.refused(&world.read("bundle.age"));
    assert_eq!(code, "apply/superseded-lock");
    world.inside("apply ../bundle.age --allow-older");
}

/// Requests and answers what a lock says after an edit; returns the code of the refusal.
fn refused_for_a_lock(world: &World, edit: impl Fn(&str) -> String) -> String {
    let lock = world.path("project/airlock.lock");
    let text = fs::read_to_string(&lock).unwrap();
    let edited = edit(&text);
    assert_ne!(edited, text);
    fs::write(&lock, edited).unwrap();
    world.answered("request.age", "bundle.age");
    world.refused(&world.read("bundle.age"))
}

#[test]
fn layers_in_another_order_than_the_manifest_has_are_refused() {
    let world = World::locked();
    let code = refused_for_a_lock(&world, |text| {
        let mut lines: Vec<&str> = text.lines().collect();
        let first = lines
            .iter()
            .position(|line| line.starts_with("layers"))
            .unwrap()
            + 1;
        lines.swap(first, first + 1);
        lines.join("\n") + "\n"
    });
    assert_eq!(code, "apply/not-as-locked");
}

#[test]
fn a_layer_that_no_manifest_names_is_refused() {
    let world = World::locked();
    let blob = world
        .registry
        .put_blob("acme/app", Arc::new(b"a layer of nobody".to_vec()))
        .unwrap();
    let code = refused_for_a_lock(&world, |text| {
        text.replacen(
            "\n]\n",
            &format!(
                "\n  {{ digest = \"{}\", size = {} }},\n]\n",
                blob.digest, blob.size
            ),
            1,
        )
    });
    assert_eq!(code, "apply/not-as-locked");
}

#[test]
fn a_config_that_the_manifest_does_not_name_is_refused() {
    let world = World::locked();
    let blob = world
        .registry
        .put_blob("acme/app", Arc::new(b"{}".to_vec()))
        .unwrap();
    let code = refused_for_a_lock(&world, |text| {
        let line = text
            .lines()
            .find(|line| line.starts_with("config = "))
            .unwrap();
        let other = format!(
            "config = {{ digest = \"{}\", size = {} }}",
            blob.digest, blob.size
        );
        text.replace(line, &other)
    });
    assert_eq!(code, "apply/not-as-locked");
}

#[test]
fn a_manifest_that_two_readers_could_read_differently_is_refused() {
    let world = World::locked();
    let (_, bytes) = &world.image.manifests[0];
    let text = String::from_utf8(bytes.clone()).unwrap();
    let key = "\"schemaVersion\":2";
    assert!(text.contains(key));
    for (what, ambiguous) in [
        (
            "a key twice",
            text.replacen(key, &format!("{key},{key}"), 1),
        ),
        (
            "keys that differ by case",
            text.replacen(key, &format!("{key},\"Layers\":[]"), 1),
        ),
        (
            "layers and manifests",
            text.replacen(key, &format!("{key},\"manifests\":[]"), 1),
        ),
        ("bytes behind the end", format!("{text}x")),
    ] {
        let world = World::locked();
        let media_type = world.image.top.media_type.clone();
        let pinned = world
            .registry
            .put_manifest("acme/app", media_type, ambiguous.as_bytes());
        let top = world.image.top.clone();
        let code = refused_for_a_lock(&world, |text| {
            text.replace(&top.digest.to_string(), &pinned.digest.to_string())
                .replace(
                    &format!("size = {}\n", top.size),
                    &format!("size = {}\n", pinned.size),
                )
        });
        assert_eq!(code, "apply/refused-document", "{what}");
    }
}
