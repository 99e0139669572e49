//! `airlock apply`: names that move, damage that heals, locks that go back.

use std::fs;

use crate::world::{World, small};

/// One trip of the stick for the lock as it is now.
fn trip(world: &World, number: u32) {
    let (request, bundle) = (format!("r{number}.age"), format!("b{number}.age"));
    world.done(&["diff", "--request", &request]);
    world.done(&["bundle", &request, "-o", &bundle]);
    world.done(&["apply", &bundle]);
}

fn locked(text: &str) -> World {
    let world = World::new();
    world
        .registry
        .push("team/base", "1", &small(text, "linux/amd64"));
    world.done(&[
        "lock",
        "--image",
        &world.image("team/base:1"),
        "--platform",
        "linux/amd64",
    ]);
    world.keys();
    world
}

#[test]
fn a_trial_says_what_would_be_and_does_not() {
    let world = locked("one");
    world.done(&["diff", "--request", "r.age"]);
    world.done(&["bundle", "r.age", "-o", "b.age"]);
    let trial = world.done(&["apply", "b.age", "--check"]).err;
    for said in [
        "nothing was written",
        "would be imported",
        "1 image would be published",
    ] {
        assert!(trial.contains(said), "{said} in {trial}");
    }
    let told = world.done(&["apply", "b.age"]).err;
    assert!(told.contains("1 image published"), "{told}");
    assert!(!told.contains("would"), "{told}");
}

#[test]
fn a_moved_name_is_told_and_going_back_needs_a_word() {
    let world = locked("one");
    trip(&world, 1);
    fs::copy(world.path("airlock.lock"), world.path("old.lock")).unwrap();
    world
        .registry
        .push("team/base", "1", &small("two", "linux/amd64"));
    world.done(&["lock", "--upgrade"]);
    world.done(&["diff", "--request", "r2.age"]);
    world.done(&["bundle", "r2.age", "-o", "b2.age"]);
    assert!(world.done(&["apply", "b2.age"]).err.contains("moved  "));
    let back = ["apply", "--lockfile", "old.lock"];
    assert_eq!(world.fails(&back), (4, "apply/superseded-lock".to_owned()));
    assert!(
        world
            .done(&["apply", "--lockfile", "old.lock", "--allow-older"])
            .err
            .contains("moved  ")
    );
}

#[test]
fn an_older_request_does_not_move_names_back() {
    let world = locked("one");
    world.done(&["diff", "--request", "r1.age"]);
    world.done(&["bundle", "r1.age", "-o", "b1.age"]);
    world
        .registry
        .push("team/base", "1", &small("two", "linux/amd64"));
    world.done(&["lock", "--upgrade"]);
    trip(&world, 2);
    assert_eq!(
        world.fails(&["apply", "b1.age"]),
        (4, "apply/superseded-lock".to_owned())
    );
    world.done(&["apply", "b1.age", "--allow-older"]);
}

#[test]
fn a_damaged_blob_counts_as_missing_and_is_healed() {
    let world = locked("one");
    trip(&world, 1);
    let lock = world.lock();
    let layer = lock.images()[0].contents().next().unwrap().layers[0];
    let path = world
        .path("store")
        .join("blobs/sha256")
        .join(layer.digest.hex());
    fs::remove_file(&path).unwrap();
    fs::write(&path, vec![0; usize::try_from(layer.size).unwrap()]).unwrap();
    let ended = world.run(&["diff", "--exit-code"]);
    assert_eq!(ended.code, Some(1));
    assert!(ended.err.contains("diff/damaged-blob"), "{}", ended.err);
    trip(&world, 2);
    world.done(&["diff", "--exit-code"]);
}

#[test]
fn a_lock_that_finds_everything_held_needs_no_bundle() {
    let world = locked("one");
    trip(&world, 1);
    world
        .registry
        .push("team/base", "2", &small("one", "linux/amd64"));
    world.done(&[
        "lock",
        "--image",
        &world.image("team/base:2"),
        "--platform",
        "linux/amd64",
    ]);
    let told = world.done(&["diff"]).err;
    assert!(told.contains("airlock apply --lockfile"), "{told}");
    world.done(&["apply", "--lockfile", "airlock.lock"]);
    assert!(
        !world
            .done(&["diff"])
            .err
            .contains("airlock apply --lockfile")
    );
}

#[test]
fn standard_input_and_output_carry_bundles() {
    let world = locked("one");
    world.done(&["diff", "--request", "r.age"]);
    let request = fs::File::open(world.path("r.age")).unwrap();
    let made = world
        .command(&["bundle", "-", "-o", "-"])
        .stdin(request)
        .output()
        .unwrap();
    assert!(
        made.status.success(),
        "{}",
        String::from_utf8_lossy(&made.stderr)
    );
    fs::write(world.path("b.age"), &made.stdout).unwrap();
    let bundle = fs::File::open(world.path("b.age")).unwrap();
    let applied = world
        .command(&["apply", "-"])
        .stdin(bundle)
        .output()
        .unwrap();
    assert!(
        applied.status.success(),
        "{}",
        String::from_utf8_lossy(&applied.stderr)
    );
    world.done(&["diff", "--exit-code"]);
}

#[test]
fn without_a_store_the_folder_and_the_flag_are_named() {
    let world = locked("one");
    for words in [
        &["apply", "b.age"][..],
        &["serve", "--listen", "127.0.0.1:0"],
    ] {
        let ended = world.run(words);
        assert_eq!(ended.code, Some(3), "{}", ended.err);
        assert!(ended.err.contains("store"), "{}", ended.err);
        assert!(ended.err.contains("--store"), "{}", ended.err);
    }
}
