//! How `lock` and `bundle` fetch: sparingly, several at a time, telling how far they are and what
//! could not be had.

use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

use airlock::upstream::image::{Flavour, Layer, build};
use airlock::upstream::{Asked, Pace, Reply, rule};
use serde_json::{Value, json};

use crate::world::{World, ended, platform, small, two_platforms};

const LAYERS: usize = 6;

/// A world with a request for an image of six layers.
fn requested() -> World {
    let world = World::new();
    let layers: Vec<Layer> = (0..LAYERS)
        .map(|number| {
            let text = format!("layer {number} {}", "x".repeat(4000 * number));
            Layer::gzip(&[("text", text.as_bytes())]).unwrap()
        })
        .collect();
    let image = build(Flavour::Oci, &platform("linux/amd64"), &layers, &json!({}));
    world.registry.push("team/many", "1", &image);
    world.done(&[
        "lock",
        "--image",
        &world.image("team/many:1"),
        "--platform",
        "linux/amd64",
    ]);
    world.keys();
    world.done(&["diff", "--request", "r.age"]);
    world.registry.clear_requests();
    world
}

#[test]
fn a_manifest_that_the_cache_has_is_not_fetched_again() {
    let world = World::new();
    world.registry.push("team/base", "1", &two_platforms("one"));
    let image = world.image("team/base:1");
    let words = [
        "lock",
        "--image",
        &image,
        "--platform",
        "linux/amd64,linux/arm64",
    ];
    world.done(&words);
    let first = world.lock();
    std::fs::remove_file(world.path("airlock.lock")).unwrap();
    world.registry.clear_requests();
    world.done(&words);
    assert_eq!(world.lock(), first);
    let manifests = || {
        let requests = world.registry.requests();
        let manifests = requests.iter().filter(|asked| asked.is_manifest());
        manifests
            .map(|asked| asked.method.clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(manifests(), ["HEAD"; 3], "the index and two manifests");
    world.registry.push("team/base", "1", &two_platforms("two"));
    world.registry.clear_requests();
    std::fs::remove_file(world.path("airlock.lock")).unwrap();
    world.done(&words);
    assert_ne!(world.lock(), first, "a tag that moved is followed");
    assert_eq!(manifests(), ["HEAD", "GET", "GET", "GET"]);
}

#[test]
fn a_registry_that_answers_no_head_is_asked_all_the_same() {
    let world = World::new();
    world
        .registry
        .push("team/base", "1", &small("one", "linux/amd64"));
    world.registry.add_rule(rule::on(
        |asked| asked.method == "HEAD",
        |_, _| Reply::new(405),
    ));
    let image = world.image("team/base:1");
    for lock in ["one.lock", "two.lock"] {
        let words = ["lock", "--image", &image, "--platform", "linux/amd64"];
        world.done(&[&words[..], &["--lockfile", lock]].concat());
    }
}

#[test]
fn so_many_downloads_run_at_once_as_there_are_jobs() {
    let world = requested();
    let (now, most) = (
        Arc::new((Mutex::new(0), Condvar::new())),
        Arc::new(AtomicUsize::new(0)),
    );
    let seen = Arc::clone(&most);
    // Each answer waits for a second question to be open, so that two must be asked at once.
    world
        .registry
        .add_rule(rule::on(Asked::is_blob, move |_, reply| {
            let (count, changed) = &*now;
            let mut open = count.lock().unwrap();
            *open += 1;
            seen.fetch_max(*open, Ordering::Relaxed);
            changed.notify_all();
            let (mut open, _) = changed
                .wait_timeout_while(open, Duration::from_secs(2), |open| *open < 3)
                .unwrap();
            *open -= 1;
            reply
        }));
    world.done(&["bundle", "r.age", "-o", "b.age", "--jobs", "3"]);
    assert_eq!(most.load(Ordering::Relaxed), 3);
}

#[test]
fn the_largest_blob_is_fetched_first() {
    let world = requested();
    world.done(&["bundle", "r.age", "-o", "b.age", "--jobs", "1"]);
    let requests = world.registry.requests();
    let asked: Vec<_> = requests.iter().filter(|asked| asked.is_blob()).collect();
    let blobs = world.lock().images()[0].blobs();
    let sizes: Vec<u64> = asked
        .iter()
        .map(|asked| {
            let named = |digest: String| asked.path.ends_with(&digest);
            let blob = blobs.iter().find(|blob| named(blob.digest.to_string()));
            blob.expect("what is asked for is in the lock").size
        })
        .collect();
    assert_eq!(sizes.len(), LAYERS + 1, "the layers and the config");
    assert!(sizes.is_sorted_by(|one, next| one >= next), "{sizes:?}");
}

#[test]
fn what_could_not_be_had_is_told_whole() {
    let world = requested();
    world.registry.add_rule(rule::on(
        |asked| asked.is_blob() && asked.method == "GET",
        |_, _| Reply::error(404, "BLOB_UNKNOWN", "it was \u{1b}[31mremoved"),
    ));
    let refused = world.run(&["--json", "bundle", "r.age", "-o", "b.age"]);
    assert_eq!(refused.code, Some(3));
    let lock = world.lock();
    let layers = &lock.images()[0].platforms[0]
        .content
        .as_ref()
        .unwrap()
        .layers;
    assert_eq!(layers.len(), LAYERS);
    for layer in layers {
        let told = format!(
            "{} answered 404 to {} of {}",
            world.registry.host(),
            layer.digest,
            world.image("team/many"),
        );
        assert!(refused.err.contains(&told), "{told}\n{}", refused.err);
    }
    let human = world.run(&["bundle", "r.age", "-o", "b.age"]).err;
    for text in [&refused.err, &human] {
        assert!(text.contains("removed (BLOB_UNKNOWN)") && text.contains("check the name"));
        assert!(
            !text.contains('\u{1b}') && !text.contains("\\u001b"),
            "{text}"
        );
    }
    let partial = world.run(&["bundle", "r.age", "-o", "b.age", "--keep-going"]);
    assert_eq!(partial.code, Some(5), "{}", partial.err);
    let shown = world.done(&["inspect", "b.age"]);
    let data = world.done(&["--json", "inspect", "b.age"]).out;
    let data: Value = serde_json::from_str(&data).unwrap();
    for layer in layers {
        for text in [
            &partial.err,
            &shown.err,
            &data["transfer"]["missing"].to_string(),
        ] {
            assert!(text.contains(&layer.digest.to_string()), "{text}");
        }
    }
    assert!(
        flat(&partial.err).contains("answered 404"),
        "{}",
        partial.err
    );
    assert!(flat(&shown.err).contains("answered 404"), "{}", shown.err);
}

#[test]
fn a_cut_that_cannot_be_mended_is_told_in_the_registrys_words() {
    let world = requested();
    world
        .registry
        .add_rule(rule::on(Asked::is_blob, |asked, reply| {
            match asked.range() {
                None if reply.body.length() > 20 => reply.cut_after(10),
                None => reply,
                Some(_) => Reply::error(404, "BLOB_UNKNOWN", "taken away meanwhile"),
            }
        }));
    let refused = world.run(&["bundle", "r.age", "-o", "b.age", "--jobs", "8"]);
    assert_eq!(refused.code, Some(3));
    let flat = flat(&refused.err);
    for words in [
        "registry/not-found",
        "answered 404",
        "taken away meanwhile",
        "check the name",
    ] {
        assert!(flat.contains(words), "{words}: {flat}");
    }
}

/// Text without the line breaks and margins of its frame.
fn flat(text: &str) -> String {
    let words = text
        .split_whitespace()
        .filter(|word| !["│", "|"].contains(word));
    words.collect::<Vec<_>>().join(" ")
}

/// Runs `bundle` slowly, on a terminal of its own; returns what it drew.
fn drawn(world: &World, words: &str) -> String {
    world
        .registry
        .add_rule(rule::on(Asked::is_blob, |_, mut reply| {
            reply.pace = Some(Pace {
                piece: 64,
                pause: Duration::from_millis(120),
            });
            reply
        }));
    let plain = world.command(&[]);
    let line = format!(
        "{} bundle r.age -o b.age {words}",
        env!("CARGO_BIN_EXE_airlock")
    );
    let mut command = Command::new("script");
    command.args(["--quiet", "--return", "--command", &line, "/dev/null"]);
    command.current_dir(world.path(".")).env_clear();
    command.envs(
        plain
            .get_envs()
            .filter_map(|(name, value)| Some((name, value?))),
    );
    command.env("TERM", "xterm").env("PATH", "/usr/bin:/bin");
    let ended = ended(command.output().unwrap());
    assert_eq!(ended.code, Some(0), "{}", ended.out);
    ended.out
}

#[test]
fn a_terminal_is_shown_each_blob_and_the_total_with_rate_and_time_left() {
    let drawn = drawn(&requested(), "");
    for words in ["/team/many:1 ", " of ", "B/s"] {
        assert!(drawn.contains(words), "{words}: {drawn}");
    }
    // `█░░ 1.2 KiB of 2.3 KiB, 1.5 KiB/s, 1s left`
    let moved = |state: &str| state.contains('█') && !state.contains(" 0 B/s");
    let states = drawn
        .split(" left")
        .map(|text| text.rsplit('\n').next().unwrap());
    assert!(states.into_iter().any(moved), "{drawn}");
}

#[test]
fn nothing_is_drawn_where_that_is_not_wanted_or_nobody_looks() {
    let on_terminal = drawn(&requested(), "--no-progress");
    assert!(!on_terminal.contains("left"), "{on_terminal}");
    let world = requested();
    let told = world.done(&["bundle", "r.age", "-o", "b.age"]).err;
    assert!(told.starts_with("fetching 8 blobs\n"), "{told}");
    assert!(
        told.contains(" to go\n") && !told.contains('\u{1b}') && !told.contains('\r'),
        "{told}"
    );
}
