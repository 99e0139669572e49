//! `airlock cache`: how much is there, and making room.

use serde_json::Value;

use crate::world::{World, small};

fn data(world: &World, words: &[&str]) -> Value {
    let mut json = vec!["--json", "cache"];
    json.extend(words);
    serde_json::from_str(&world.done(&json).out).unwrap()
}

/// A world whose cache holds one image.
fn filled() -> World {
    let world = World::new();
    let image = world.image("team/base:1");
    world
        .registry
        .push("team/base", "1", &small("base", "linux/amd64"));
    world.done(&["lock", "--image", &image, "--platform", "linux/amd64"]);
    world.keys();
    world.done(&["diff", "--request", "r.age"]);
    world.done(&["bundle", "r.age", "-o", "b.age"]);
    world
}

#[test]
fn a_look_counts_and_makes_nothing() {
    let world = World::new();
    assert_eq!(data(&world, &["status"])["blobs"], 0);
    assert_eq!(data(&world, &["clean"])["removed"]["blobs"], 0);
    assert!(!world.path("cache").exists());
    let world = filled();
    let report = data(&world, &["status"]);
    assert_eq!(report["schema"], "airlock.cache-status/1");
    assert_eq!(report["blobs"], 3, "manifest, config, layer");
    let told = world.done(&["cache", "status"]).err;
    assert!(told.starts_with("3 blobs, "), "{told}");
}

#[test]
fn limits_keep_what_fits_them_and_none_keeps_nothing() {
    let world = filled();
    let fits = data(
        &world,
        &["clean", "--older-than", "30d", "--max-size", "50G"],
    );
    assert_eq!(fits["schema"], "airlock.cache-clean/1");
    assert_eq!(
        (&fits["removed"]["blobs"], &fits["kept"]["blobs"]),
        (&0.into(), &3.into())
    );
    let told = world.done(&["cache", "clean", "--max-size", "0"]).err;
    assert!(told.contains("removed  3 blobs, "), "{told}");
    assert_eq!(data(&world, &["status"])["blobs"], 0);
    world.done(&["bundle", "r.age", "-o", "again.age"]);
    assert_eq!(data(&world, &["clean"])["removed"]["blobs"], 3);
    for words in [["--older-than", "30"], ["--max-size", "lots"]] {
        let ended = world.run(&["cache", "clean", words[0], words[1]]);
        assert_eq!(ended.code, Some(2));
        assert!(ended.err.contains("such as"), "{}", ended.err);
    }
}
