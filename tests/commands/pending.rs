//! Pending references from end to end: asked for, resolved outside, held inside, published by a lock
//! that pins them and by nothing else.

use std::path::Path;

use airlock::oci::ReadAt as _;
use airlock::store::Store;
use airlock::upstream::image::{Flavour, Image, Layer, build};
use airlock::upstream::{Generated, Reply, rule};
use lock_format::Digest;
use serde_json::{Value, json};

use crate::world::{World, platform, small, two_platforms};

const OFFLINE: &[&str] = &[
    "lock",
    "--offline",
    "--platform",
    "linux/amd64,linux/arm64",
    "--build-platform",
    "linux/amd64",
];

/// A site whose lock leaves `team/next:1` pending, an index of two platforms, and which holds
/// nothing yet.
fn site() -> (World, Image) {
    let world = World::new();
    let next = two_platforms("next");
    world.registry.push("team/next", "1", &next);
    world.write(
        "Dockerfile",
        &format!("FROM {}\n", world.image("team/next:1")),
    );
    world.done(OFFLINE);
    assert!(world.lock().images()[0].is_pending());
    world.keys();
    (world, next)
}

/// The same with a bundle that resolves it.
fn answered() -> (World, Image) {
    let (world, next) = site();
    world.done(&["diff", "--request", "r.age"]);
    world.done(&["bundle", "r.age", "-o", "b.age"]);
    (world, next)
}

/// The same with that bundle applied: held.
fn held() -> (World, Image) {
    let (world, next) = answered();
    let applied = world.run(&["apply", "b.age"]);
    assert_eq!(applied.code, Some(5), "{}", applied.err);
    (world, next)
}

fn json(world: &World, words: &[&str]) -> Value {
    let mut all = vec!["--json"];
    all.extend(words);
    let ended = world.run(&all);
    serde_json::from_str(&ended.out).unwrap_or_else(|_| panic!("{}", ended.err))
}

/// The one layer that both platforms have.
fn layer_of(image: &Image) -> Digest {
    let is_gzip = |bytes: &[u8]| bytes.starts_with(&[0x1f, 0x8b]);
    let mut blobs = image.blobs.iter();
    blobs.find(|(_, bytes)| is_gzip(bytes)).unwrap().0.digest
}

fn published(world: &World) -> usize {
    let store = Store::open(&world.path("store")).unwrap();
    let publication = store.publication().unwrap();
    publication.catalog.names.len() + publication.catalog.manifests.len() + publication.blobs.len()
}

fn is_stored(world: &World, image: &Image) -> bool {
    let (algorithm, hex) = ("sha256", image.top.digest.hex());
    world
        .path(&format!("store/blobs/{algorithm}/{hex}"))
        .exists()
}

fn audit(world: &World) -> Vec<Value> {
    let text = world.text("store/airlock/audit.jsonl");
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

#[test]
fn the_bundle_says_what_a_pending_reference_names_and_carries_all_of_it() {
    let (world, next) = answered();
    let told = world.done(&["inspect", "b.age"]).err + &world.done(&["inspect", "b.age"]).out;
    assert!(told.contains(&next.top.digest.to_string()), "{told}");
    let shown = json(&world, &["inspect", "b.age"]);
    let resolutions = shown["transfer"]["resolutions"]
        .as_array()
        .unwrap_or_else(|| panic!("{shown}"));
    assert_eq!(resolutions.len(), 1, "{shown}");
    assert_eq!(resolutions[0]["reference"], world.image("team/next:1"));
    assert_eq!(resolutions[0]["digest"], next.top.digest.to_string());
    // An index, at each platform a manifest and a config, and one layer.
    assert_eq!(
        json(&world, &["bundle", "r.age", "-o", "again.age"])["blobs"],
        6
    );
}

#[test]
fn what_is_held_is_stored_and_kept_and_not_published() {
    let (world, next) = held();
    assert!(is_stored(&world, &next));
    assert_eq!(published(&world), 0);
    let store = Store::open(&world.path("store")).unwrap();
    assert!(
        store.roots().unwrap().blobs.contains(&next.top.digest),
        "a root of the clean-up"
    );
    let ledger = store.ledger().unwrap();
    let record = ledger.held().next().unwrap();
    assert_eq!(record.reference.to_string(), world.image("team/next:1"));
    assert_eq!(record.pin.digest, next.top.digest);
    assert_eq!((record.seq, record.blobs.len()), (1, 6));
    let told = world.done(&["ledger", "show"]).out;
    assert!(told.contains(&next.top.digest.to_string()), "{told}");
    assert!(
        world.lock().images()[0].is_pending(),
        "the lock is a person's"
    );
}

#[test]
fn what_is_held_is_shown_beside_the_lock_and_published_once_that_is_reviewed() {
    let (world, next) = held();
    assert!(
        world
            .text("airlock.lock.new")
            .contains(&next.top.digest.to_string())
    );
    let only = world.fails(&["apply", "--lockfile", "airlock.lock"]);
    assert_eq!(only, (1, "apply/only-held".to_owned()));
    assert_eq!(published(&world), 0, "never by default");
    std::fs::rename(world.path("airlock.lock.new"), world.path("airlock.lock")).unwrap();
    world.done(&["apply", "--lockfile", "airlock.lock"]);
    world.done(&["diff", "--exit-code"]);
    assert_eq!(published(&world), 7, "a name, three manifests, three blobs");
    let outside = world.done(&["lock", "--dry-run"]).err;
    assert!(
        outside.contains("is up to date"),
        "as `lock` pins it: {outside}"
    );
}

#[test]
fn the_lock_is_updated_shown_audited_and_published() {
    let (world, next) = held();
    let signer = json(&world, &["ledger", "show"])["held"][0]["signer"].clone();
    let checked = world.run(&["apply", "--update-lock", "--check"]);
    assert!(checked.err.contains("would be written"), "{}", checked.err);
    assert!(
        world.lock().images()[0].is_pending(),
        "a check writes nothing"
    );
    assert_eq!(published(&world), 0, "nor does it publish");
    let told = world.done(&["apply", "--update-lock"]).err;
    for part in [
        world.image("team/next:1").as_str(),
        "from pending",
        &next.top.digest.to_string(),
        "linux/amd64, linux/arm64",
        signer.as_str().unwrap(),
        "airlock.lock written",
    ] {
        assert!(told.contains(part), "{part} in {told}");
    }
    assert_eq!(
        world.lock().images()[0].pin.as_ref().unwrap().digest,
        next.top.digest
    );
    assert_eq!(published(&world), 7);
    assert!(
        !world.path("airlock.lock.new").exists(),
        "it is the lock now"
    );
    let line = audit(&world)
        .into_iter()
        .find(|line| line["event"] == "update-lock")
        .unwrap();
    assert_eq!(line["facts"]["digest"], next.top.digest.to_string());
    assert_eq!(line["facts"]["signer"], signer);
    assert_eq!(line["facts"]["platforms"], "linux/amd64,linux/arm64");
    world.done(&["diff", "--exit-code"]);
    world.done(&["lock", "--check"]);
    let again = world.done(&["apply", "--update-lock"]).err;
    assert!(again.contains("1 image published"), "{again}");
}

#[test]
fn with_the_bundle_at_hand_one_command_does_it() {
    let (world, _) = answered();
    let done = json(&world, &["apply", "b.age", "--update-lock"]);
    assert_eq!(done["pinned"].as_array().unwrap().len(), 1, "{done}");
    assert_eq!(done["published"].as_array().unwrap().len(), 1, "{done}");
    assert_eq!(done["blobs"], 6, "{done}");
    world.done(&["diff", "--exit-code"]);
    let before = world.text("airlock.lock");
    let again = json(&world, &["apply", "b.age", "--update-lock"]);
    assert_eq!(again["applied_before"], true, "{again}");
    assert_eq!(world.text("airlock.lock"), before);
}

#[test]
fn a_lock_that_cannot_be_updated_is_told_before_anything_is_done() {
    let (world, next) = answered();
    let lock = world.text("airlock.lock");
    let conflict = format!("<<<<<<< ours\n{lock}=======\n{lock}>>>>>>> theirs\n");
    for (text, code) in [
        (Some(conflict.as_str()), "lock/conflict"),
        (None, "lock/no-lockfile"),
    ] {
        match text {
            Some(text) => world.write("airlock.lock", text),
            None => std::fs::remove_file(world.path("airlock.lock")).unwrap(),
        }
        let refused = world.fails(&["apply", "b.age", "--update-lock"]);
        assert_eq!(refused, (2, code.to_owned()));
        assert!(!is_stored(&world, &next));
    }
}

#[test]
fn what_is_held_is_not_asked_for_again_unless_somebody_says_so() {
    let (world, next) = held();
    let shown = json(&world, &["diff"]);
    assert_eq!(shown["images"][0]["state"], "held", "{shown}");
    assert_eq!(shown["held"][0]["digest"], next.top.digest.to_string());
    assert_eq!(
        world.run(&["diff", "--exit-code"]).code,
        Some(1),
        "the lock is not served"
    );
    let none = world.done(&["diff", "--request", "r2.age"]).err;
    assert!(none.contains("no request was written"), "{none}");
    world.done(&["diff", "--request", "r3.age", "--allow-empty"]);
    assert_eq!(pending_of(&world, "r3.age"), 0);
    world.done(&["diff", "--request", "r4.age", "--ask-again"]);
    assert_eq!(pending_of(&world, "r4.age"), 1);
}

fn pending_of(world: &World, request: &str) -> usize {
    let shown = json(world, &["inspect", request]);
    shown["transfer"]["pending"].as_array().unwrap().len()
}

#[test]
fn a_newer_answer_takes_the_place_of_the_older_and_an_older_one_is_refused() {
    let (world, next) = answered();
    let moved = two_platforms("moved");
    world.registry.push("team/next", "1", &moved);
    world.done(&["diff", "--request", "r2.age"]);
    world.done(&["bundle", "r2.age", "-o", "b2.age"]);
    assert_eq!(world.run(&["apply", "b2.age"]).code, Some(5));
    assert_eq!(
        json(&world, &["diff"])["held"][0]["digest"],
        moved.top.digest.to_string()
    );
    let refused = world.fails(&["apply", "b.age"]);
    assert_eq!(refused, (4, "apply/older-resolution".to_owned()));
    // A writer sweeps what nothing names any more, so the first one is not compared.
    let before = tree(&world.path("store"));
    assert_eq!(world.fails(&["apply", "b.age"]), refused);
    assert_eq!(world.fails(&["apply", "--check", "b.age"]), refused);
    assert!(tree(&world.path("store")) == before, "the store is another");
    assert!(!is_stored(&world, &next));
    world.done(&["apply", "--update-lock"]);
    assert_eq!(
        world.lock().images()[0].pin.as_ref().unwrap().digest,
        moved.top.digest
    );
}

/// Every file of a store with its bytes; the logs aside.
fn tree(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(tree(&path));
        } else if path
            .extension()
            .is_none_or(|extension| extension != "jsonl")
        {
            found.push((path.display().to_string(), std::fs::read(&path).unwrap()));
        }
    }
    found.sort();
    found
}

#[test]
fn a_platform_that_is_asked_for_since_makes_what_is_held_useless() {
    let world = World::new();
    let next = small("next", "linux/amd64");
    world.registry.push("team/next", "1", &next);
    world.write(
        "Dockerfile",
        &format!("FROM {}\n", world.image("team/next:1")),
    );
    world.done(&["lock", "--offline", "--platform", "linux/amd64"]);
    world.keys();
    world.done(&["diff", "--request", "r.age"]);
    world.done(&["bundle", "r.age", "-o", "b.age"]);
    assert_eq!(world.run(&["apply", "b.age"]).code, Some(5));
    world.done(OFFLINE);
    let told = world.done(&["diff", "--request", "r2.age"]).err;
    assert!(told.contains("is of no use"), "{told}");
    assert_eq!(pending_of(&world, "r2.age"), 1);
}

#[test]
fn a_damaged_candidate_is_not_published_and_is_asked_for_again() {
    let (world, next) = held();
    let layer = layer_of(&next);
    let path = world.path(&format!("store/blobs/sha256/{}", layer.hex()));
    let mut bytes = std::fs::read(&path).unwrap();
    bytes[0] ^= 1;
    std::fs::remove_file(&path).unwrap();
    std::fs::write(&path, bytes).unwrap();
    assert_eq!(
        world.fails(&["apply", "--update-lock"]),
        (1, "apply/nothing-held".to_owned())
    );
    assert!(world.lock().images()[0].is_pending());
    assert_eq!(published(&world), 0);
    world.done(&["diff", "--request", "r2.age"]);
    world.done(&["bundle", "r2.age", "-o", "b2.age"]);
    world.done(&["apply", "b2.age", "--update-lock"]);
    world.done(&["diff", "--exit-code"]);
}

#[test]
fn what_cannot_be_resolved_fails_the_bundle_or_is_listed() {
    let (world, _) = site();
    let gone = world.image("team/gone:1");
    let next = world.image("team/next:1");
    world.write("Dockerfile", &format!("FROM {next} AS a\nFROM {gone}\n"));
    world.done(OFFLINE);
    world.done(&["diff", "--request", "r.age"]);
    let failed = world.fails(&["bundle", "r.age", "-o", "b.age"]);
    assert_eq!(failed.1, "bundle/not-all-available");
    assert!(!world.path("b.age").exists());
    let told = world.run(&["bundle", "r.age", "-o", "b.age"]).err;
    assert!(told.contains("team/gone"), "{told}");
    let part = world.run(&["bundle", "r.age", "-o", "b.age", "--keep-going"]);
    assert_eq!(part.code, Some(5), "{}", part.err);
    assert!(
        part.err.contains(&format!("missing  {gone}")),
        "{}",
        part.err
    );
    let applied = json(&world, &["apply", "b.age"]);
    assert_eq!(applied["held"].as_array().unwrap().len(), 1, "{applied}");
    assert_eq!(applied["missing"][0], gone, "{applied}");
    // The request is open still: a later bundle may add.
    world
        .registry
        .push("team/gone", "1", &two_platforms("gone"));
    world.done(&["bundle", "r.age", "-o", "b2.age"]);
    world.done(&["apply", "b2.age", "--update-lock"]);
    world.done(&["diff", "--exit-code"]);
}

#[test]
fn a_candidate_that_lacks_a_platform_or_a_layer_is_no_candidate() {
    let (world, next) = site();
    world
        .registry
        .push("team/next", "1", &small("one", "linux/amd64"));
    world.done(&["diff", "--request", "r.age"]);
    let told = world.run(&["bundle", "r.age", "-o", "b.age"]);
    assert_eq!(told.code, Some(1), "{}", told.err);
    assert!(told.err.contains("linux/arm64"), "{}", told.err);
    world.registry.push("team/next", "1", &next);
    let end = format!("/blobs/{}", layer_of(&next));
    world.registry.add_rule(rule::on(
        move |asked| asked.path.ends_with(&end),
        |_, _| Reply::error(404, "BLOB_UNKNOWN", "gone"),
    ));
    let part = json(&world, &["bundle", "r.age", "-o", "b.age", "--keep-going"]);
    assert_eq!(part["missing"].as_array().unwrap().len(), 1, "{part}");
    assert_eq!(part["missing"][0]["what"], world.image("team/next:1"));
    assert_eq!(part["blobs"], 0, "nothing of it is carried: {part}");
}

#[test]
fn each_document_and_blob_is_fetched_once_and_not_again_by_the_next_run() {
    let (world, _) = site();
    world.done(&["diff", "--request", "r.age"]);
    let fetched = || {
        let requests = world.registry.requests();
        let gets = requests.iter().filter(|asked| asked.method == "GET");
        let mut paths: Vec<String> = gets
            .filter(|asked| asked.is_blob() || asked.is_manifest())
            .map(|asked| asked.path.clone())
            .collect();
        paths.sort();
        paths
    };
    world.registry.clear_requests();
    world.done(&["bundle", "r.age", "-o", "b.age"]);
    let first = fetched();
    assert_eq!(first.len(), 6, "{first:?}");
    let mut once = first.clone();
    once.dedup();
    assert_eq!(once, first);
    world.registry.clear_requests();
    world.done(&["bundle", "r.age", "-o", "again.age"]);
    assert_eq!(fetched(), Vec::<String>::new());
    let (one, other) = (
        json(&world, &["inspect", "b.age"]),
        json(&world, &["inspect", "again.age"]),
    );
    assert_eq!(
        one["id"], other["id"],
        "the same request, the same upstream, the same payload"
    );
}

#[test]
fn a_pending_reference_is_asked_for_only_where_the_station_allows() {
    let (world, _) = site();
    world.done(&["diff", "--request", "r.age"]);
    world.registry.clear_requests();
    let mut command = world.command(&["bundle", "r.age", "-o", "b.age"]);
    let output = command
        .env_remove("AIRLOCK_INSECURE_REGISTRY")
        .output()
        .unwrap();
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(!output.status.success());
    assert!(told.contains("registry/"), "{told}");
    assert_eq!(world.registry.requests().len(), 0, "{told}");
}

/// A site that waits for `team/next:1`, an image of several pieces that do not compress, and its
/// answer in volumes of the least size, `B.001` and on; a second making of them begins with `C`.
fn answered_in_volumes() -> (World, Image) {
    let world = World::new();
    let layers: Vec<Layer> = (0..5)
        .map(|seed| {
            let mut noise = vec![0; 60_000];
            let size = noise.len() as u64;
            Generated { seed, size }.read_at(&mut noise, 0).unwrap();
            Layer::gzip(&[("noise", &noise)]).unwrap()
        })
        .collect();
    let amd64 = platform("linux/amd64");
    let next = build(Flavour::Oci, &amd64, &layers, &json!({}));
    world.registry.push("team/next", "1", &next);
    let image = world.image("team/next:1");
    world.write("Dockerfile", &format!("FROM {image}\n"));
    world.done(OFFLINE_AMD64);
    world.keys();
    world.done(&["diff", "--request", "r.age"]);
    for name in ["B", "C"] {
        world.done(&["bundle", "r.age", "-o", name, "--volume-size", "69648"]);
    }
    (world, next)
}

const OFFLINE_AMD64: &[&str] = &["lock", "--offline", "--platform", "linux/amd64"];

#[test]
fn volumes_carry_what_a_pending_reference_names() {
    let (world, next) = answered_in_volumes();
    let volumes = (1..).take_while(|number| world.path(&format!("B.{number:03}")).exists());
    assert!(volumes.count() >= 4, "it is in several volumes");
    let shown = json(&world, &["inspect", "B.003"]);
    let resolutions = shown["transfer"]["resolutions"].as_array().unwrap();
    assert_eq!(resolutions.len(), 1, "{shown}");
    assert_eq!(resolutions[0]["reference"], world.image("team/next:1"));
    assert_eq!(resolutions[0]["digest"], next.top.digest.to_string());
    // One is lost, then damaged: nothing of the others is taken.
    let second = world.path("B.002");
    let bytes = std::fs::read(&second).unwrap();
    std::fs::remove_file(&second).unwrap();
    for damaged in [false, true] {
        if damaged {
            let mut bytes = bytes.clone();
            let middle = bytes.len() / 2;
            bytes[middle] ^= 1;
            std::fs::write(&second, &bytes).unwrap();
        }
        let (exit, code) = world.fails(&["apply", "B.001"]);
        assert_eq!(exit, 4, "{code}");
        assert!(!is_stored(&world, &next));
        let store = Store::open(&world.path("store")).unwrap();
        assert_eq!(store.ledger().unwrap().held().count(), 0);
        assert!(!world.path("airlock.lock.new").exists());
    }
    // The same volume of another making fits.
    std::fs::copy(world.path("C.002"), &second).unwrap();
    let applied = world.run(&["apply", "B.001"]);
    assert_eq!(applied.code, Some(5), "{}", applied.err);
    assert!(is_stored(&world, &next));
    assert_eq!(published(&world), 0, "held");
    std::fs::rename(world.path("airlock.lock.new"), world.path("airlock.lock")).unwrap();
    world.done(&["apply", "--lockfile", "airlock.lock"]);
    world.done(&["diff", "--exit-code"]);
    assert_eq!(
        world.lock().images()[0].pin.as_ref().unwrap().digest,
        next.top.digest
    );
}

#[test]
fn volumes_update_the_lock_where_they_are_told_to() {
    let (world, next) = answered_in_volumes();
    let told = world.done(&["apply", "B", "--update-lock"]).err;
    assert!(told.contains(&next.top.digest.to_string()), "{told}");
    assert!(!world.lock().images()[0].is_pending());
    world.done(&["diff", "--exit-code"]);
}
