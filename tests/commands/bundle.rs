//! `airlock diff`, `airlock bundle`: requests and what answers them.

use airlock::upstream::image::{Flavour, Layer, build};
use airlock::upstream::{Asked, Reply, rule};
use serde_json::{Value, json};

use crate::world::{World, platform, small};

/// A world with a lock of two images that share a layer, and keys.
fn locked() -> World {
    let world = World::new();
    let shared = Layer::gzip(&[("shared", b"shared")]).unwrap();
    for name in ["one", "two"] {
        let own = Layer::gzip(&[("own", name.as_bytes())]).unwrap();
        let image = build(
            Flavour::Oci,
            &platform("linux/amd64"),
            &[shared.clone(), own],
            &json!({}),
        );
        world.registry.push(&format!("team/{name}"), "1", &image);
    }
    let images = ["one", "two"].map(|name| world.image(&format!("team/{name}:1")));
    world.done(&[
        "lock",
        "--image",
        &images[0],
        "--image",
        &images[1],
        "--platform",
        "linux/amd64",
    ]);
    world.keys();
    world.registry.clear_requests();
    world
}

fn data(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

#[test]
fn only_what_is_asked_for_is_fetched_each_blob_once() {
    let world = locked();
    world.done(&["diff", "--request", "r.age"]);
    let report = data(
        &world
            .done(&["--json", "bundle", "r.age", "-o", "b.age"])
            .out,
    );
    assert_eq!(
        report["blobs"],
        2 * 3 + 1,
        "manifest, config, own layer each; one shared layer"
    );
    let blobs = world
        .registry
        .requests()
        .iter()
        .filter(|asked| asked.is_blob())
        .count();
    assert_eq!(blobs, 2 + 2 + 1, "the shared layer is fetched once");
    world.registry.clear_requests();
    world.done(&["bundle", "r.age", "-o", "again.age"]);
    assert!(
        world
            .registry
            .requests()
            .iter()
            .all(|asked| !asked.is_blob()),
        "the cache has it all"
    );
}

#[test]
fn the_same_request_gives_the_same_bundle_id() {
    let world = locked();
    world.done(&["diff", "--request", "r.age"]);
    let id = |name: &str| {
        data(&world.done(&["--json", "bundle", "r.age", "-o", name]).out)["id"].clone()
    };
    assert_eq!(id("a.age"), id("b.age"));
}

#[test]
fn every_failure_is_told_and_keep_going_makes_a_partial_bundle() {
    let world = locked();
    world.done(&["diff", "--request", "r.age"]);
    world.registry.add_rule(rule::on(
        |asked| asked.is_blob() && asked.path.contains("/team/two/"),
        |_, _| Reply::error(404, "BLOB_UNKNOWN", "gone"),
    ));
    let ended = world.run(&["bundle", "r.age", "-o", "b.age"]);
    assert_eq!(ended.code, Some(3), "{}", ended.err);
    assert!(
        ended.err.contains("bundle/not-all-available"),
        "{}",
        ended.err
    );
    assert!(!world.path("b.age").exists());
    let ended = world.run(&["--json", "bundle", "r.age", "-o", "b.age", "--keep-going"]);
    assert_eq!(ended.code, Some(5));
    assert_eq!(data(&ended.out)["missing"].as_array().unwrap().len(), 2);
    let ended = world.run(&["apply", "b.age"]);
    assert_eq!(ended.code, Some(5), "{}", ended.err);
    assert!(
        ended
            .err
            .contains(&format!("still missing  {}", world.image("team/two:1"))),
        "{}",
        ended.err
    );
    world.registry.clear_rules();
    world.done(&["diff", "--request", "r2.age"]);
    world.done(&["bundle", "r2.age", "-o", "b2.age"]);
    world.done(&["apply", "b2.age"]);
    world.done(&["diff", "--exit-code"]);
}

#[test]
fn text_is_carried_as_zstd_and_raw_on_demand() {
    let world = World::new();
    let text = "a line of text\n".repeat(20_000);
    let layer = Layer::plain(&[("text", text.as_bytes())]).unwrap();
    let image = build(Flavour::Oci, &platform("linux/amd64"), &[layer], &json!({}));
    world.registry.push("team/text", "1", &image);
    world.done(&[
        "lock",
        "--image",
        &world.image("team/text:1"),
        "--platform",
        "linux/amd64",
    ]);
    world.keys();
    world.done(&["diff", "--request", "r.age"]);
    let carried = |words: &[&str]| {
        let report = data(&world.done(words).out);
        report["carried_bytes"].as_u64().unwrap()
    };
    let small = carried(&["--json", "bundle", "r.age", "-o", "zstd.age"]);
    let raw = carried(&[
        "--json",
        "bundle",
        "r.age",
        "-o",
        "raw.age",
        "--encoding",
        "raw",
    ]);
    assert!(small * 10 < raw, "{small} {raw}");
    world.done(&["apply", "zstd.age"]);
    world.done(&["diff", "--exit-code"]);
}

#[test]
fn a_complete_bundle_needs_the_lock_of_its_request() {
    let world = locked();
    world.done(&["diff", "--request", "r.age"]);
    std::fs::rename(world.path("airlock.lock"), world.path("kept.lock")).unwrap();
    let words = ["bundle", "r.age", "-o", "b.age", "--complete"];
    assert_eq!(world.fails(&words), (2, "bundle/needs-lock".to_owned()));
    world.write("airlock.lock", "version = 1\n");
    assert_eq!(world.fails(&words), (2, "bundle/other-lock".to_owned()));
    world.done(&[
        "bundle",
        "r.age",
        "-o",
        "b.age",
        "--complete",
        "--lockfile",
        "kept.lock",
    ]);
}

#[test]
fn a_blob_with_other_bytes_is_refused_and_not_cached() {
    let world = locked();
    world.done(&["diff", "--request", "r.age"]);
    world
        .registry
        .add_rule(rule::on(Asked::is_blob, |_, reply| {
            let length = usize::try_from(reply.body.length()).unwrap();
            Reply::new(200).with_body(airlock::upstream::Body::Bytes(vec![b'x'; length]))
        }));
    let ended = world.run(&["bundle", "r.age", "-o", "b.age"]);
    assert_ne!(ended.code, Some(0));
    world.registry.clear_rules();
    world.done(&["bundle", "r.age", "-o", "b.age"]);
    world.done(&["apply", "b.age"]);
}

#[test]
fn diff_says_what_is_missing_and_gates_on_demand() {
    let world = locked();
    assert_eq!(world.run(&["diff"]).code, Some(0));
    assert_eq!(world.run(&["diff", "--exit-code"]).code, Some(1));
    assert!(!world.path("store").exists(), "a look makes no store");
    world.done(&["diff", "--request", "r.age"]);
    world.done(&["bundle", "r.age", "-o", "b.age"]);
    world.done(&["apply", "b.age"]);
    let told = world.done(&["diff", "--exit-code"]).err;
    assert!(told.contains("nothing is missing"), "{told}");
    let told = world.done(&["diff", "--request", "r2.age"]).err;
    assert!(told.contains("no request was written"), "{told}");
    assert!(!world.path("r2.age").exists());
    let report = data(
        &world
            .done(&["--json", "diff", "--request", "r2.age", "--allow-empty"])
            .out,
    );
    assert_eq!(report["request"]["seq"], 2);
    let report = data(
        &world
            .done(&["--json", "bundle", "r2.age", "-o", "b2.age"])
            .out,
    );
    assert_eq!(report["blobs"], 0, "nothing missing, no blob");
}

#[test]
fn an_image_for_another_platform_only_is_not_taken_for_it() {
    let world = World::new();
    world
        .registry
        .push("team/arm", "1", &small("arm", "linux/arm64"));
    let (exit, code) = world.fails(&[
        "lock",
        "--image",
        &world.image("team/arm:1"),
        "--platform",
        "linux/amd64",
    ]);
    assert_eq!((exit, code.as_str()), (1, "lock/no-platform"));
}
