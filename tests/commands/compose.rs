//! `airlock lock` of compose projects: what it records, and what it refuses.

use std::collections::BTreeMap;

use airlock::upstream::image::{Layer, artifact};
use serde_json::Value;

use crate::world::{World, ended, small};

/// Runs a command that must fail with 1; returns the code and the message of its error.
fn refused(world: &World, words: &[&str]) -> (String, String) {
    let ended = world.run(&[&["--json"], words].concat());
    assert_eq!(ended.code, Some(1), "{ended:?}");
    let last = ended.err.lines().last().unwrap_or_default();
    let error: Value = serde_json::from_str(last).unwrap_or_else(|_| panic!("{}", ended.err));
    let text = |name: &str| error[name].as_str().unwrap().to_owned();
    (text("code"), text("message"))
}

#[test]
fn a_build_that_cannot_be_looked_into_is_refused_with_key_line_and_file() {
    let world = World::new();
    for (build, code, wanted) in [
        ("../out", "compose/build-outside-root", "/out"),
        (
            "{context: ., dockerfile: ../D}",
            "compose/build-outside-root",
            "/D",
        ),
        ("leaves", "compose/build-outside-root", "leaves"),
        ("gone", "compose/dockerfile-missing", "gone/Dockerfile"),
        (
            "{context: ., dockerfile: x/D}",
            "compose/dockerfile-missing",
            "x/D",
        ),
        (
            "https://host.test/a.git",
            "compose/remote-context",
            "host.test",
        ),
    ] {
        let text = format!("services:\n  ok: {{image: a}}\n  web:\n    build: {build}\n");
        world.write("compose.yaml", &text);
        let link = world.path("leaves");
        if !link.is_symlink() {
            std::os::unix::fs::symlink("/usr", &link).unwrap();
        }
        let (found, message) = refused(&world, &["lock", "--compose", "--root", "."]);
        assert_eq!(found, code, "{build}: {message}");
        for part in ["compose.yaml:4:", "services.web.build", wanted] {
            assert!(message.contains(part), "{build}: {message}");
        }
        let scanned = world.run(&["scan", "--json", "--compose", "--root", "."]);
        assert_eq!(scanned.code, Some(0), "{build}: {scanned:?}");
    }
    assert!(!world.path("airlock.lock").exists(), "nothing is locked");
}

#[test]
fn only_variables_that_decided_something_are_recorded_and_they_win_later() {
    let world = World::new();
    for tag in ["1", "2"] {
        world
            .registry
            .push("team/base", tag, &small(tag, "linux/amd64"));
    }
    let base = world.image("team/base");
    let text = format!(
        "services:
  api:
    image: {base}:$IMAGE
    container_name: c-$CONTAINER
    environment: {{A: $ENVIRONMENT}}
  built:
    build:
      context: $CONTEXT
      args: {{TAG: $ARG, OTHER: $NOT_USED}}
      labels: {{l: $LABEL}}
  tool:
    image: {base}:$TOOL
    profiles: [$PROFILE]
"
    );
    world.write("compose.yaml", &text);
    world.write(".env", "TOOL=1\n");
    std::fs::create_dir(world.path("app")).unwrap();
    let dockerfile = format!("ARG TAG\nFROM {base}:$TAG\nARG OTHER\nRUN echo $OTHER\n");
    world.write("app/Dockerfile", &dockerfile);
    let with = |value: &str, words: &[&str]| {
        let mut command = world.command(words);
        for name in ["IMAGE", "ARG"] {
            command.env(name, value);
        }
        for name in ["CONTAINER", "ENVIRONMENT", "NOT_USED", "LABEL", "PROFILE"] {
            command.env(name, format!("p{value}"));
        }
        ended(command.env("CONTEXT", "app").output().unwrap())
    };
    let locked = with("1", &["lock", "--compose", "--platform", "linux/amd64"]);
    assert_eq!(locked.code, Some(0), "{locked:?}");
    let lock = world.lock();
    let expected = [
        ("ARG", "1"),
        ("CONTEXT", "app"),
        ("IMAGE", "1"),
        ("PROFILE", "p1"),
    ];
    let expected: BTreeMap<String, String> = expected
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    let sources = lock.sources();
    assert_eq!(sources[0].env, expected);
    world.done(&["lock", "--check"]);
}

#[test]
fn models_are_locked_where_a_person_asks_for_them() {
    let world = World::new();
    let layer = Layer::plain(&[("weights", b"some weights")]).unwrap();
    let model = artifact("application/vnd.acme.model", &[layer]);
    world.registry.push("team/model", "1", &model);
    world
        .registry
        .push("team/app", "1", &small("app", "linux/amd64"));
    let (app, model) = (world.image("team/app"), world.image("team/model"));
    let text = format!(
        "services: {{app: {{image: '{app}:1', models: [big]}}}}\n\
         models: {{big: {{model: '{model}:1'}}}}\n"
    );
    world.write("compose.yaml", &text);
    let locked = |words: &[&str]| {
        let command = ["lock", "--compose", "--platform", "linux/amd64"];
        world.done(&[&command, words].concat());
        let lock = world.lock();
        let names = lock
            .images()
            .iter()
            .map(|image| image.reference.to_string());
        names.collect::<Vec<_>>()
    };
    let (app, model) = (format!("{app}:1"), format!("{model}:1"));
    assert_eq!(locked(&[]), std::slice::from_ref(&app));
    assert_eq!(locked(&["--include", "models"]), [app, model]);
    world.done(&["lock", "--check", "--include", "models"]);
    let unasked = world.run(&["lock", "--check"]);
    assert_eq!(unasked.code, Some(1), "the check is asked for the same");
}
