//! `airlock lock` keeps what is pinned, and resolves again what it is told to.

use airlock::upstream::image::{Flavour, Layer, build};
use serde_json::{Value, json};

use crate::world::{World, platform, small, two_platforms};

/// A folder whose lock pins `team/one:1` and `team/two:1`, both of which have moved since.
fn moved_since() -> World {
    let world = World::new();
    for name in ["team/one", "team/two"] {
        let image = small(&format!("old {name}"), "linux/amd64");
        world.registry.push(name, "1", &image);
    }
    let (one, two) = (world.image("team/one:1"), world.image("team/two:1"));
    world.write("Dockerfile", &format!("FROM {one} AS a\nFROM {two}\n"));
    world.done(&["lock", "--platform", "linux/amd64"]);
    for name in ["team/one", "team/two"] {
        let image = small(&format!("new {name}"), "linux/amd64");
        world.registry.push(name, "1", &image);
    }
    world.registry.clear_requests();
    world
}

/// The images that a call says have moved.
fn moved(world: &World, words: &[&str]) -> Vec<String> {
    let report = report(world, words);
    let moved = report["moved"].as_array().unwrap().iter();
    let names = moved.map(|line| line["reference"].as_str().unwrap().to_owned());
    names.collect()
}

fn report(world: &World, words: &[&str]) -> Value {
    let words = [&["--json"], words].concat();
    serde_json::from_str(&world.done(&words).out).unwrap()
}

#[test]
fn nothing_is_asked_where_the_lock_fits_although_tags_have_moved() {
    let world = moved_since();
    let before = world.text("airlock.lock");
    assert!(world.done(&["lock"]).err.contains("is up to date"));
    assert_eq!(world.registry.requests().len(), 0, "no network");
    assert_eq!(world.text("airlock.lock"), before);
}

#[test]
fn a_new_image_is_asked_for_alone_and_one_that_is_not_used_leaves() {
    let world = moved_since();
    let pinned = world.lock().images()[0].clone();
    let third = small("third", "linux/amd64");
    world.registry.push("team/three", "1", &third);
    let (one, three) = (world.image("team/one:1"), world.image("team/three:1"));
    world.write("Dockerfile", &format!("FROM {one} AS a\nFROM {three}\n"));
    world.done(&["lock"]);
    let asked = world.registry.requests();
    assert!(!asked.is_empty());
    assert!(asked.iter().all(|asked| asked.path.contains("team/three")));
    let lock = world.lock();
    assert_eq!(lock.images().len(), 2);
    assert_eq!(lock.images()[0], pinned, "byte for byte as it was");
}

#[test]
fn another_platform_comes_from_the_index_that_is_pinned() {
    let world = World::new();
    let image = world.image("team/base:1");
    world.registry.push("team/base", "1", &two_platforms("old"));
    world.write("Dockerfile", &format!("FROM {image}\n"));
    world.done(&["lock", "--platform", "linux/amd64"]);
    let before = world.lock();
    world.registry.push("team/base", "1", &two_platforms("new"));
    world.done(&["lock", "--platform", "linux/amd64,linux/arm64"]);
    let after = world.lock();
    let (before, after) = (&before.images()[0], &after.images()[0]);
    assert_eq!(after.pin, before.pin, "the tag has moved, the lock has not");
    assert_eq!(after.platforms.len(), 2);
    assert_eq!(after.platforms[0], before.platforms[0]);
}

#[test]
fn all_or_some_are_upgraded() {
    let (one, two) = ("team/one:1", "team/two:1");
    for (words, expected) in [
        (vec!["--upgrade"], vec![one, two]),
        (vec!["--upgrade-image", "*/team/one"], vec![one]),
        (vec!["--upgrade-image", "*/t*/tw?:1"], vec![two]),
        (
            vec!["--upgrade-image", "*/team/one", "--upgrade-image", "*two*"],
            vec![one, two],
        ),
    ] {
        let world = moved_since();
        let expected: Vec<String> = expected.iter().map(|name| world.image(name)).collect();
        let words = [&["lock"], &words[..]].concat();
        assert_eq!(moved(&world, &words), expected, "{words:?}");
    }
}

#[test]
fn a_pattern_that_fits_nothing_is_an_error() {
    let world = moved_since();
    for (pattern, code) in [
        ("team/one", "lock/nothing-to-upgrade"),
        ("a[", "lock/bad-pattern"),
    ] {
        let words = [
            "lock",
            "--upgrade-image",
            "*one*",
            "--upgrade-image",
            pattern,
        ];
        assert_eq!(world.fails(&words), (2, code.to_owned()));
    }
    assert_eq!(world.registry.requests().len(), 0);
}

#[test]
fn a_dry_run_shows_the_change_and_writes_nothing() {
    let world = moved_since();
    let before = world.text("airlock.lock");
    let told = world.done(&["lock", "--upgrade", "--dry-run"]).err;
    for part in [
        format!("moved    {}", world.image("team/one:1")),
        "new      6 blobs".to_owned(),
        "airlock.lock would be written".to_owned(),
    ] {
        assert!(told.contains(&part), "{part} in {told}");
    }
    assert_eq!(world.text("airlock.lock"), before);
    let report = report(&world, &["lock", "--upgrade", "--dry-run"]);
    assert_eq!(
        (&report["written"], &report["result"]),
        (&json!(false), &json!("shown"))
    );
    assert_eq!(report["new_blobs"], json!(6));
}

#[test]
fn triggers_that_the_lock_records_are_honoured_without_network() {
    let world = World::new();
    let tools = small("tools", "linux/amd64");
    world.registry.push("team/tools", "2", &tools);
    let trigger = format!("COPY --from={} /a /b", world.image("team/tools:2"));
    let layer = Layer::gzip(&[("base", b"base")]).unwrap();
    let settings = json!({"OnBuild": [trigger]});
    let amd64 = platform("linux/amd64");
    let base = build(Flavour::Docker, &amd64, &[layer], &settings);
    world.registry.push("team/base", "1", &base);
    let text = format!("FROM {}\n", world.image("team/base:1"));
    world.write("Dockerfile", &text);
    world.done(&["lock", "--platform", "linux/amd64"]);
    let before = world.text("airlock.lock");
    world.registry.clear_requests();
    world.write("Dockerfile", &format!("{text}RUN true\n"));
    world.done(&["lock"]);
    assert_eq!(world.registry.requests().len(), 0);
    assert_eq!(world.text("airlock.lock"), before);
    assert_eq!(world.lock().images().len(), 2);
}
