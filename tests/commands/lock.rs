//! `airlock lock`.

use airlock::upstream::image::{Flavour, Layer, build, index};
use airlock::upstream::{Reply, rule};
use serde_json::json;

use crate::world::{World, platform, small, two_platforms};

#[test]
fn a_dockerfile_becomes_a_lock_with_the_whole_closure() {
    let world = World::new();
    world
        .registry
        .push("team/base", "1", &two_platforms("base"));
    world
        .registry
        .push("team/tools", "2", &small("tools", "linux/amd64"));
    let text = format!(
        "ARG V\nFROM --platform=$BUILDPLATFORM {} AS build\nFROM {}:$V\nCOPY --from=build /a /b\n",
        world.image("team/tools:2"),
        world.image("team/base"),
    );
    world.write("Dockerfile", &text);
    world.done(&[
        "lock",
        "-f",
        "Dockerfile",
        "--build-arg",
        "V=1",
        "--platform",
        "linux/amd64,linux/arm64",
        "--build-platform",
        "linux/amd64",
    ]);
    let lock = world.lock();
    let source = lock.source("Dockerfile").unwrap();
    assert_eq!(source.args.get("V").map(String::as_str), Some("1"));
    let names: Vec<_> = lock
        .images()
        .iter()
        .map(|image| image.reference.to_string())
        .collect();
    assert_eq!(
        names,
        [world.image("team/base:1"), world.image("team/tools:2")]
    );
    let platforms: Vec<_> = lock
        .images()
        .iter()
        .map(|image| image.platforms.len())
        .collect();
    assert_eq!(
        platforms,
        [2, 1],
        "a stage on the build platform asks for that alone"
    );
    assert_eq!(
        lock.images()[0].blobs().len(),
        1 + 2 + 2 + 1,
        "index, manifests, configs, the shared layer"
    );
}

#[test]
fn an_equal_lock_is_left_untouched_and_a_moved_tag_is_told() {
    let world = World::new();
    world
        .registry
        .push("team/base", "1", &small("one", "linux/amd64"));
    let image = world.image("team/base:1");
    world.done(&["lock", "--image", &image, "--platform", "linux/amd64"]);
    let before = std::fs::metadata(world.path("airlock.lock"))
        .unwrap()
        .modified()
        .unwrap();
    assert!(world.done(&["lock"]).err.contains("is up to date"));
    let after = std::fs::metadata(world.path("airlock.lock"))
        .unwrap()
        .modified()
        .unwrap();
    assert_eq!(before, after);
    world
        .registry
        .push("team/base", "1", &small("two", "linux/amd64"));
    let told = world.done(&["lock", "--upgrade"]).err;
    assert!(told.contains(&format!("moved    {image}")), "{told}");
}

#[test]
fn onbuild_triggers_of_a_base_are_followed_and_recorded() {
    let world = World::new();
    world
        .registry
        .push("team/tools", "2", &small("tools", "linux/amd64"));
    let trigger = format!("COPY --from={} /a /b", world.image("team/tools:2"));
    let layer = Layer::gzip(&[("base", b"base")]).unwrap();
    let settings = json!({"OnBuild": ["RUN make", trigger.clone()]});
    let base = build(
        Flavour::Docker,
        &platform("linux/amd64"),
        &[layer],
        &settings,
    );
    world.registry.push("team/base", "1", &base);
    world.write(
        "Dockerfile",
        &format!("FROM {}\n", world.image("team/base:1")),
    );
    world.done(&["lock", "--platform", "linux/amd64"]);
    let lock = world.lock();
    assert_eq!(lock.images().len(), 2);
    let content = lock.images()[0].contents().next().unwrap();
    assert_eq!(
        content.onbuild,
        [trigger],
        "only the trigger that names an image"
    );
}

/// Puts an image with triggers into the registry; returns its name.
fn with_triggers(world: &World, repository: &str, triggers: &[String]) -> String {
    let layer = Layer::gzip(&[("name", repository.as_bytes())]).unwrap();
    let settings = json!({ "OnBuild": triggers });
    let image = build(Flavour::Oci, &platform("linux/amd64"), &[layer], &settings);
    world.registry.push(repository, "1", &image);
    world.image(&format!("{repository}:1"))
}

/// What is copied from is a stage of its own to BuildKit, and its triggers count.
#[test]
fn onbuild_triggers_are_followed_through_mounts_and_bases_of_bases() {
    let world = World::new();
    let deep = with_triggers(&world, "team/deep", &[]);
    let nested = format!("COPY --from={deep} /a /b");
    let tools = with_triggers(&world, "team/tools", std::slice::from_ref(&nested));
    let cache = with_triggers(&world, "team/cache", &[]);
    let mount = format!("RUN --mount=type=bind,from={cache},target=/c make");
    let copy = format!("COPY --from={tools} /a /b");
    let inner = with_triggers(&world, "team/inner", std::slice::from_ref(&copy));
    let outer = with_triggers(&world, "team/outer", std::slice::from_ref(&mount));
    world.write(
        "Dockerfile",
        &format!("FROM {inner} AS first\nFROM {outer}\nCOPY --from=first /x /\n"),
    );
    world.done(&["lock", "--platform", "linux/amd64"]);
    let lock = world.lock();
    let found: Vec<_> = lock
        .images()
        .iter()
        .map(|image| {
            let content = image.contents().next().unwrap();
            (image.reference.to_string(), content.onbuild.clone())
        })
        .collect();
    let none = Vec::new;
    let expected = [
        (cache, none()),
        (deep, none()),
        (inner, vec![copy]),
        (outer, vec![mount]),
        (tools, vec![nested]),
    ];
    assert_eq!(found, expected);
    world.done(&["lock", "--check"]);
}

#[test]
fn an_onbuild_trigger_for_the_stage_on_top_is_followed_recorded_and_checked() {
    let world = World::new();
    let tools = world.image("team/tools:2");
    world
        .registry
        .push("team/tools", "2", &small("tools", "linux/amd64"));
    let chained = format!("ONBUILD COPY --from={tools} /a /b");
    let triggers = ["ONBUILD RUN make".to_owned(), chained.clone()];
    let base = with_triggers(&world, "team/base", &triggers);
    world.write("Dockerfile", &format!("FROM {base} AS own\nFROM own\n"));
    world.done(&["lock", "--platform", "linux/amd64"]);
    let lock = world.lock();
    let names = lock
        .images()
        .iter()
        .map(|image| image.reference.to_string());
    assert_eq!(names.collect::<Vec<_>>(), [base, tools]);
    let content = lock.images()[0].contents().next().unwrap();
    assert_eq!(content.onbuild, [chained], "the other names no image");
    world.done(&["lock", "--check"]);
}

#[test]
fn onbuild_triggers_that_no_build_would_take_are_refused_with_their_image() {
    let world = World::new();
    for (trigger, class) in [
        ("FROM scratch", "other"),
        ("NONSENSE", "other"),
        ("RUN make\nRUN test", "other"),
        ("COPY --unknown=1 /a /b", "other"),
        ("COPY --from=$NAME /a /b", "from-variable"),
        ("COPY --from=a//b /a /b", "invalid-reference"),
        ("", "empty-file"),
    ] {
        let base = with_triggers(&world, "team/base", &[trigger.to_owned()]);
        world.write("Dockerfile", &format!("FROM {base}\n"));
        let (exit, code) = world.fails(&["lock", "--platform", "linux/amd64", "--upgrade"]);
        assert_eq!(
            (exit, code),
            (1, format!("dockerfile/{class}")),
            "{trigger}"
        );
        assert!(!world.path("airlock.lock").exists());
    }
}

#[test]
fn the_front_end_is_locked_at_the_build_platform_unless_left_out() {
    let world = World::new();
    world
        .registry
        .push("docker/dockerfile", "1", &two_platforms("front end"));
    let syntax = world.image("docker/dockerfile:1");
    world.write("Dockerfile", &format!("# syntax={syntax}\nFROM scratch\n"));
    let words = [
        "lock",
        "--platform",
        "linux/amd64",
        "--build-platform",
        "linux/arm64",
    ];
    world.done(&words);
    let lock = world.lock();
    assert_eq!(lock.images()[0].platforms[0].name, platform("linux/arm64"));
    world.done(&[&words[..], &["--no-syntax", "-f", "Dockerfile"]].concat());
    assert!(world.lock().images().is_empty());
}

#[test]
fn a_nested_index_brings_the_indexes_between() {
    let world = World::new();
    let amd64 = platform("linux/amd64");
    let inner = two_platforms("inner");
    let other = small("other", "linux/s390x");
    let s390x = platform("linux/s390x");
    let outer = index(Flavour::Oci, &[(Some(&s390x), &other), (None, &inner)]);
    world.registry.push("team/nested", "1", &outer);
    world.done(&[
        "lock",
        "--image",
        &world.image("team/nested:1"),
        "--platform",
        "linux/amd64",
    ]);
    let lock = world.lock();
    assert_eq!(lock.images()[0].platforms[0].name, amd64);
    let content = lock.images()[0].contents().next().unwrap();
    assert_eq!(
        content.via.iter().map(|via| via.digest).collect::<Vec<_>>(),
        [inner.top.digest]
    );
}

#[test]
fn zstd_and_foreign_layers_are_warned_of() {
    let world = World::new();
    let zstd = Layer::zstd(&[("a", b"a")]).unwrap();
    let foreign = Layer::foreign(&[("b", b"b")], &["https://example.invalid/layer"]).unwrap();
    let image = build(
        Flavour::Oci,
        &platform("linux/amd64"),
        &[zstd, foreign],
        &json!({}),
    );
    world.registry.push("team/odd", "1", &image);
    let told = world
        .done(&[
            "lock",
            "--image",
            &world.image("team/odd:1"),
            "--platform",
            "linux/amd64",
        ])
        .err;
    for code in ["lock/zstd-layer", "lock/foreign-layer"] {
        assert!(told.contains(code), "{told}");
    }
}

#[test]
fn what_cannot_be_locked_is_refused_by_name() {
    let world = World::new();
    world
        .registry
        .push("team/base", "1", &small("base", "linux/amd64"));
    let base = world.image("team/base:1");
    let sha384 = format!("{}@sha384:{}", world.image("team/base"), "0".repeat(96));
    for (words, code) in [
        (
            vec!["lock", "--image", "[::1]:5000/a/b:1"],
            "lock/ipv6-host",
        ),
        (vec!["lock", "--image", &sha384], "lock/foreign-digest"),
        (vec!["lock", "--image", "a//b"], "lock/bad-reference"),
        (
            vec!["lock", "--image", &base, "--platform", "linux/arm64"],
            "lock/no-platform",
        ),
        (
            vec!["lock", "--image", &base, "--platform", "nonsense"],
            "lock/bad-platform",
        ),
        (vec!["lock"], "lock/no-source"),
        (vec!["lock", "-f", "nothing-here"], "inputs/not-found"),
    ] {
        assert_eq!(world.fails(&words).1, code, "{words:?}");
    }
    assert!(
        !world.path("airlock.lock").exists(),
        "no lock is left by a failure"
    );
}

#[test]
fn schema_1_is_refused_by_name() {
    let world = World::new();
    world
        .registry
        .push("team/old", "1", &small("old", "linux/amd64"));
    world
        .registry
        .add_rule(rule::on(airlock::upstream::Asked::is_manifest, |_, _| {
            Reply::new(200)
                .with_header(
                    "Content-Type",
                    "application/vnd.docker.distribution.manifest.v1+prettyjws",
                )
                .with_body(airlock::upstream::Body::Bytes(
                    br#"{"schemaVersion":1}"#.to_vec(),
                ))
        }));
    let (exit, code) = world.fails(&["lock", "--image", &world.image("team/old:1")]);
    assert!(code.contains("schema1"), "{code}");
    assert_ne!(exit, 0);
}

#[test]
fn an_unknown_tag_names_host_repository_and_status() {
    let world = World::new();
    let ended = world.run(&["lock", "--image", &world.image("team/none:1")]);
    assert_eq!(ended.code, Some(3), "{}", ended.err);
    for part in [world.registry.host().as_str(), "team/none", "404"] {
        assert!(ended.err.contains(part), "{part} in {}", ended.err);
    }
}

#[test]
fn a_broken_lock_is_told_and_kept() {
    let world = World::new();
    world
        .registry
        .push("team/base", "1", &small("base", "linux/amd64"));
    world.write("airlock.lock", "version = 1\nnonsense = 2\n");
    let words = ["lock", "--image", &world.image("team/base:1")];
    assert_eq!(world.fails(&words), (2, "lock-format/newer".to_owned()));
    world.write("airlock.lock", "version = \n");
    assert_eq!(world.fails(&words), (2, "lock-format/broken".to_owned()));
    assert_eq!(
        world.text("airlock.lock"),
        "version = \n",
        "bad input never loses what was there"
    );
}
