//! `airlock lock --offline`: what the store holds is pinned, the rest is pending.

use airlock::upstream::image::{Flavour, Layer, build};
use lock_format::Lockfile;
use serde_json::{Value, json};

use crate::world::{World, platform, small, two_platforms};

/// A site that holds `team/base:1` for amd64, and a lock that is gone.
fn site() -> (World, Lockfile) {
    let world = World::new();
    world
        .registry
        .push("team/base", "1", &two_platforms("base"));
    let next = small("next", "linux/amd64");
    world.registry.push("team/next", "1", &next);
    world.write(
        "Dockerfile",
        &format!("FROM {}\n", world.image("team/base:1")),
    );
    world.done(&[
        "lock",
        "--platform",
        "linux/amd64",
        "--build-platform",
        "linux/amd64",
    ]);
    world.keys();
    world.done(&["diff", "--request", "r.age"]);
    world.done(&["bundle", "r.age", "-o", "b.age"]);
    world.done(&["apply", "b.age"]);
    let lock = world.lock();
    std::fs::remove_file(world.path("airlock.lock")).unwrap();
    world.registry.clear_requests();
    (world, lock)
}

const OFFLINE: &[&str] = &[
    "lock",
    "--offline",
    "--platform",
    "linux/amd64",
    "--build-platform",
    "linux/amd64",
];

#[test]
fn what_the_store_holds_is_pinned_as_a_registry_would() {
    let (world, before) = site();
    world.done(OFFLINE);
    assert_eq!(world.lock(), before);
    assert_eq!(world.registry.requests().len(), 0);
}

#[test]
fn the_rest_is_pending_with_its_platforms_and_the_request_asks_for_it() {
    let (world, before) = site();
    let next = world.image("team/next:1");
    let base = world.image("team/base:1");
    world.write("Dockerfile", &format!("FROM {base} AS a\nFROM {next}\n"));
    let told = world.done(OFFLINE).err;
    assert!(told.contains(&format!("pending  {next}")), "{told}");
    let lock = world.lock();
    assert_eq!(lock.images()[0], before.images()[0]);
    let pending = &lock.images()[1];
    assert!(pending.is_pending());
    assert_eq!(pending.platforms[0].name, platform("linux/amd64"));
    let text = world.text("airlock.lock");
    assert!(world.done(OFFLINE).err.contains("is up to date"));
    assert_eq!(world.text("airlock.lock"), text, "pending again");
    world.done(&["diff", "--request", "r2.age"]);
    let shown = world.done(&["--json", "inspect", "r2.age"]).out;
    let shown: Value = serde_json::from_str(&shown).unwrap();
    assert!(shown.to_string().contains(&next), "{shown}");
    assert_eq!(
        world.run(&["lock", "--check"]).code,
        Some(1),
        "still pending"
    );
    assert_eq!(world.registry.requests().len(), 0, "no network so far");
    world.done(&["lock"]);
    assert!(
        !world.lock().images()[1].is_pending(),
        "outside it is pinned"
    );
    world.done(&["lock", "--check"]);
}

#[test]
fn a_platform_that_is_not_held_leaves_a_new_image_pending_and_a_pinned_one_as_it_is() {
    let (world, _) = site();
    let both = ["lock", "--offline", "--platform", "linux/amd64,linux/arm64"];
    world.done(OFFLINE);
    let pinned = world.text("airlock.lock");
    assert_eq!(world.fails(&both), (1, "lock/not-held".to_owned()));
    assert_eq!(world.text("airlock.lock"), pinned);
    std::fs::remove_file(world.path("airlock.lock")).unwrap();
    world.done(&both);
    let lock = world.lock();
    assert!(lock.images()[0].is_pending());
    assert_eq!(lock.images()[0].platforms.len(), 2);
}

#[test]
fn without_a_store_everything_is_pending() {
    let world = World::new();
    let image = world.image("team/base:1");
    world.write("Dockerfile", &format!("FROM {image}\n"));
    world.done(OFFLINE);
    assert!(world.lock().images()[0].is_pending());
    assert_eq!(world.registry.requests().len(), 0);
}

#[test]
fn triggers_of_an_image_in_the_store_are_read_from_it() {
    let world = World::new();
    let trigger = format!("COPY --from={} /a /b", world.image("team/tools:2"));
    let layer = Layer::gzip(&[("base", b"base")]).unwrap();
    let settings = json!({"OnBuild": [trigger]});
    let amd64 = platform("linux/amd64");
    let base = build(Flavour::Docker, &amd64, &[layer], &settings);
    world.registry.push("team/base", "1", &base);
    let image = world.image("team/base:1");
    world.done(&["lock", "--image", &image, "--platform", "linux/amd64"]);
    world.keys();
    world.done(&["diff", "--request", "r.age"]);
    world.done(&["bundle", "r.age", "-o", "b.age"]);
    world.done(&["apply", "b.age"]);
    std::fs::remove_file(world.path("airlock.lock")).unwrap();
    world.write("Dockerfile", &format!("FROM {image}\n"));
    world.done(OFFLINE);
    let lock = world.lock();
    let pending: Vec<_> = lock
        .images()
        .iter()
        .map(lock_format::Image::is_pending)
        .collect();
    assert_eq!(
        pending,
        [false, true],
        "the base is held, what its trigger names is not"
    );
}

#[test]
fn two_digests_are_named_where_no_registry_may_be_asked() {
    let (world, mut lock) = site();
    let ours = lock.to_text();
    let (sources, mut images) = lock.into_parts();
    let other = small("other", "linux/amd64");
    let pin = images[0].pin.as_mut().unwrap();
    let here = pin.digest;
    pin.digest = other.top.digest;
    lock = Lockfile::new(sources, images).unwrap();
    let theirs = lock.to_text();
    let conflict = format!("<<<<<<< ours\n{ours}=======\n{theirs}>>>>>>> theirs\n");
    world.write("airlock.lock", &conflict);
    assert_eq!(
        world.fails(OFFLINE),
        (1, "lock/disputed-offline".to_owned())
    );
    let told = world.run(OFFLINE).err.replace(['\n', ' ', '│'], "");
    for digest in [here, other.top.digest] {
        assert!(told.contains(&digest.to_string()), "{told}");
    }
    assert_eq!(world.text("airlock.lock"), conflict);
}
