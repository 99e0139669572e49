//! Bundles for a site that asks for nothing: made from a lock, accepted only where that is set.

use std::fs;

use airlock::wire::{Basis, Carried};
use serde_json::Value;

use crate::world::World;

const LOCK: &str = " --lockfile airlock.lock";

/// A site with a store of its own that takes bundles it did not ask for, and a station that knows it.
fn one_way() -> World {
    let world = World::locked();
    let site = init(&world, "store");
    allow(&world, "store");
    world.outside(&bundle(&world, "bundle.age", &format!("--site {site}")));
    world
}

fn init(world: &World, store: &str) -> String {
    let told = world.inside(&format!("ledger init --store ../inside/{store}"));
    told.trim().to_owned()
}

fn allow(world: &World, store: &str) {
    let file = world.path(&format!("inside/{store}/airlock/site.toml"));
    fs::write(file, "unsolicited = true\n").unwrap();
}

fn bundle(world: &World, name: &str, more: &str) -> String {
    let host = world.registry.host();
    format!("bundle --lockfile airlock.lock -o ../{name} --insecure-registry {host} {more}")
}

#[test]
fn a_bundle_nobody_asked_for_is_refused_unless_the_site_says_otherwise() {
    let world = one_way();
    let settings = world.path("inside/store/airlock/site.toml");
    for text in ["", "unsolicited = false\n"] {
        fs::write(&settings, text).unwrap();
        let code = world.refused_with(&world.read("bundle.age"), LOCK);
        assert_eq!(code, "apply/unsolicited");
    }
    fs::remove_file(&settings).unwrap();
    let code = world.refused_with(&world.read("bundle.age"), LOCK);
    assert_eq!(code, "apply/unsolicited");
    allow(&world, "store");
    world.inside("apply ../bundle.age --lockfile airlock.lock");
    world.inside("diff --exit-code");
}

#[test]
fn it_is_held_against_a_lock_that_is_named() {
    let world = one_way();
    let before = world.store();
    let told = world.fails("apply ../bundle.age");
    assert_eq!(told, (2, "apply/needs-lock".to_owned()));
    assert!(before.differences(&world.store()).is_empty());
    world.upgrade();
    let code = world.refused_with(&world.read("bundle.age"), LOCK);
    assert_eq!(code, "apply/other-lock");
    world.inside("apply ../bundle.age --lockfile old.lock");
}

#[test]
fn its_serial_must_be_above_the_last_one() {
    let world = one_way();
    let mut opened = world.opened();
    let Basis::Serial(serial) = opened.bundle.basis else {
        panic!("a serial")
    };
    opened.bundle.basis = Basis::Serial(serial + 400_000_000);
    let code = world.refused_with(&opened.seal(&world.keyring), LOCK);
    assert_eq!(code, "apply/old-serial", "ten years ahead");
    world.inside("apply ../bundle.age --lockfile airlock.lock");
    let told = world.inside_told("apply ../bundle.age --lockfile airlock.lock");
    assert!(told.contains("applied before"), "{told}");
    for older in [0, 1] {
        opened.bundle.basis = Basis::Serial(serial - older);
        opened.remove_last();
        let code = world.refused_with(&opened.seal(&world.keyring), LOCK);
        assert_eq!(code, "apply/old-serial", "{older} below");
    }
    // The station gives a higher number each time, within one second as well.
    world.outside(&bundle(&world, "second.age", ""));
    world.inside("apply ../second.age --lockfile airlock.lock");
}

#[test]
fn a_refused_bundle_leaves_no_lock_in_the_store() {
    let world = one_way();
    let mut opened = world.opened();
    // The longest is a layer, which is read only once the rest was accepted.
    let blobs = opened.bundle.entries.iter().map(Carried::content);
    let layer = blobs.max_by_key(|blob| blob.size).unwrap();
    opened.falsify(layer.digest);
    let code = world.refused_with(&opened.seal(&world.keyring), LOCK);
    assert_eq!(code, "transfer/payload-differs");
    assert_eq!(
        fs::read_dir(world.path("inside/store/airlock/locks"))
            .unwrap()
            .count(),
        0
    );
    world.inside("apply ../bundle.age --lockfile airlock.lock");
    world.inside("diff --exit-code");
}

#[test]
fn since_leaves_out_what_the_old_lock_names() {
    let world = one_way();
    world.inside("apply ../bundle.age --lockfile airlock.lock");
    world.upgrade();
    let told: Value = serde_json::from_str(&world.outside(&format!(
        "--json {}",
        bundle(&world, "since.age", "--since old.lock")
    )))
    .unwrap();
    // The new layer, the manifest and the config; the shared layer stays outside.
    assert_eq!(told["blobs"], 3);
    world.inside("apply ../since.age --lockfile airlock.lock");
    world.inside("diff --exit-code");
    // Whoever writes next removes the list that was published before.
    world.inside("ledger void");
    let before = world.store();
    let told = world.fails("apply --lockfile old.lock");
    assert_eq!(told, (4, "apply/superseded-lock".to_owned()));
    assert!(before.differences(&world.store()).is_empty());
}

#[test]
fn a_store_that_lacks_the_old_content_refuses_what_was_made_since() {
    let world = one_way();
    world.upgrade();
    world.outside(&bundle(&world, "since.age", "--since old.lock"));
    let code = world.refused_with(&world.read("since.age"), LOCK);
    assert_eq!(code, "apply/lacks-older-content");
    world.inside("apply ../bundle.age --lockfile old.lock");
    world.inside("apply ../since.age --lockfile airlock.lock");
}

#[test]
fn the_station_must_know_which_site_it_is_for() {
    let world = World::locked();
    let command = bundle(&world, "bundle.age", "");
    assert_eq!(
        world.outside_fails(command.trim_end()),
        (2, "bundle/needs-site".to_owned())
    );
    // The first request tells it; a second site makes it ambiguous.
    world.answered("request.age", "answer.age");
    world.outside(command.trim_end());
    let other = init(&world, "other");
    world.outside(&bundle(&world, "other.age", &format!("--site {other}")));
    let again = bundle(&world, "again.age", "");
    assert_eq!(
        world.outside_fails(again.trim_end()),
        (2, "bundle/needs-site".to_owned())
    );
    allow(&world, "store");
    let code = world.refused_with(&world.read("other.age"), LOCK);
    assert_eq!(code, "apply/other-site");
    world.inside("apply ../bundle.age --lockfile airlock.lock");
}
