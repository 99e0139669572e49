//! What all commands share: names of files, standard output, exit codes, help.

use std::process::Stdio;

use serde_json::Value;

use crate::world::{World, ended, small};

fn locked() -> World {
    let world = World::new();
    world
        .registry
        .push("team/base", "1", &small("base", "linux/amd64"));
    world.done(&[
        "lock",
        "--image",
        &world.image("team/base:1"),
        "--platform",
        "linux/amd64",
    ]);
    world
}

#[test]
fn a_file_that_is_there_is_kept_without_force() {
    let world = locked();
    world.keys();
    world.write("r.age", "mine");
    let (exit, code) = world.fails(&["diff", "--request", "r.age"]);
    assert_eq!((exit, code.as_str()), (2, "store/output-exists"));
    assert_eq!(world.text("r.age"), "mine");
    world.done(&["diff", "--request", "r.age", "--force"]);
    world.write("b.age", "mine");
    assert_eq!(
        world.fails(&["bundle", "r.age", "-o", "b.age"]).1,
        "store/output-exists"
    );
    assert_eq!(world.text("b.age"), "mine");
    world.done(&["bundle", "r.age", "-o", "b.age", "--force"]);
}

#[test]
fn sums_stand_beside_a_request_and_a_bundle() {
    let world = locked();
    world.keys();
    world.done(&["diff", "--request", "r.age"]);
    world.done(&["bundle", "r.age", "-o", "b.age"]);
    let folder = world.path("r.age").parent().unwrap().to_owned();
    let check = || {
        std::process::Command::new("sha256sum")
            .args(["--strict", "-c", "r.age.sums", "b.age.sums"])
            .current_dir(&folder)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .unwrap()
            .success()
    };
    assert!(check());
    world.write("b.age", "something else");
    assert!(!check());
}

#[test]
fn files_without_a_name_are_named_by_their_id() {
    let world = locked();
    world.keys();
    let report: Value =
        serde_json::from_str(&world.done(&["--json", "diff", "--request"]).out).unwrap();
    let id = report["request"]["id"].as_str().unwrap();
    let request = format!("request-{}.age", &id[..12]);
    assert_eq!(report["request"]["file"], request.as_str());
    let report: Value =
        serde_json::from_str(&world.done(&["--json", "bundle", &request]).out).unwrap();
    let bundle = format!("bundle-{}.age", &report["id"].as_str().unwrap()[..12]);
    assert!(world.path(&bundle).exists());
}

#[test]
fn a_request_without_keys_names_the_command_that_makes_them() {
    let world = locked();
    let ended = world.run(&["diff", "--request", "r.age"]);
    assert_eq!(ended.code, Some(2), "{}", ended.err);
    assert!(ended.err.contains("airlock keys new"), "{}", ended.err);
    assert!(!world.path("r.age").exists());
}

#[test]
fn usage_errors_end_with_2_and_help_with_0() {
    let world = World::new();
    assert_eq!(world.run(&["nonsense"]).code, Some(2));
    assert_eq!(world.run(&["diff", "--nonsense"]).code, Some(2));
    assert_eq!(world.run(&["--help"]).code, Some(0));
    for words in [
        &["nonsense"][..],
        &["lock", "--upstream=nonsense"],
        &["inspect"],
    ] {
        assert_eq!(world.fails(words), (2, "cli/usage".to_owned()), "{words:?}");
    }
    assert_eq!(world.fails(&["diff"]), (2, "lock/no-lockfile".to_owned()));
    assert_eq!(
        world.fails(&["-C", "nowhere", "diff"]),
        (2, "cli/no-directory".to_owned())
    );
}

#[test]
fn the_version_is_a_line_or_data() {
    let world = World::new();
    let line = world.done(&["--version"]).out;
    assert_eq!(line, format!("airlock {}\n", env!("CARGO_PKG_VERSION")));
    let data: Value = serde_json::from_str(&world.done(&["--version", "--json"]).out).unwrap();
    assert_eq!(data["schema"], "airlock.version/1");
}

#[test]
fn completions_and_manual_pages_come_from_the_arguments() {
    let world = World::new();
    for shell in ["bash", "zsh", "fish"] {
        assert!(world.done(&["completions", shell]).out.contains("airlock"));
    }
    assert!(world.done(&["man"]).out.contains(".TH airlock"));
    assert!(world.done(&["man", "bundle"]).out.contains("REQUEST"));
    assert_eq!(world.fails(&["man", "nonsense"]).1, "cli/no-such-page");
}

#[test]
fn a_reader_that_goes_away_ends_a_command_quietly() {
    let world = World::new();
    let mut child = world
        .command(&["completions", "bash"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // The pipe holds 64 KiB at most and the reader is gone before anything is written or read.
    drop(child.stdout.take());
    let ended = ended(child.wait_with_output().unwrap());
    assert_eq!((ended.code, ended.err.as_str()), (Some(0), ""));
}

#[test]
fn quiet_says_nothing_and_json_keeps_text_off_standard_error() {
    let world = locked();
    assert_eq!(world.done(&["-q", "diff"]).err, "");
    let ended = world.done(&["--json", "diff"]);
    assert_eq!(ended.err, "");
    assert!(serde_json::from_str::<Value>(&ended.out).is_ok());
}

#[test]
fn colours_follow_flag_and_environment() {
    let world = World::new();
    let colored = |words: &[&str], variable: Option<(&str, &str)>| {
        let mut command = world.command(words);
        command.envs(variable);
        ended(command.output().unwrap()).err.contains('\u{1b}')
    };
    assert!(!colored(&["diff"], None), "no terminal, no colours");
    assert!(colored(&["--color", "always", "diff"], None));
    assert!(colored(&["diff"], Some(("CLICOLOR_FORCE", "1"))));
    assert!(!colored(
        &["--color", "never", "diff"],
        Some(("CLICOLOR_FORCE", "1"))
    ));
    assert!(!colored(&["diff"], Some(("NO_COLOR", "1"))));
}
