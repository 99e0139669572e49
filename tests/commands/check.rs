//! `airlock lock --check`: the gate as CI runs it.

use std::process::Command;

use airlock::upstream::access::Bearer;
use airlock::upstream::{Reply, rule};
use serde_json::Value;

use crate::world::{Ended, World, ended, small, two_platforms};

const CHECK: [&str; 2] = ["lock", "--check"];

/// A project with one locked image, and nothing asked of the registry since.
fn locked() -> World {
    let world = World::new();
    world
        .registry
        .push("team/base", "1", &two_platforms("base"));
    world
        .registry
        .push("team/tools", "2", &small("tools", "linux/amd64"));
    world.write(
        "Dockerfile",
        &format!("FROM {}\n", world.image("team/base:1")),
    );
    world.done(&["lock", "--platform", "linux/amd64"]);
    world.registry.clear_requests();
    world
}

/// Adds an image that the lock does not have.
fn drifted() -> World {
    let world = locked();
    let tools = world.image("team/tools:2");
    let text = world.text("Dockerfile");
    world.write("Dockerfile", &format!("{text}COPY --from={tools} /a /b\n"));
    world
}

fn report(ended: &Ended) -> Value {
    serde_json::from_str(&ended.out).unwrap_or_else(|_| panic!("{}\n{}", ended.out, ended.err))
}

fn codes(report: &Value) -> Vec<&str> {
    let findings = report["findings"].as_array().unwrap().iter();
    findings
        .map(|finding| finding["code"].as_str().unwrap())
        .collect()
}

/// Runs a command that the output names, as a person would who pastes it into a shell.
fn pasted(world: &World, line: &str) -> Ended {
    let program = std::path::Path::new(env!("CARGO_BIN_EXE_airlock"));
    let mut shell = Command::new("/bin/sh");
    shell.args(["-c", line]).current_dir(world.path(""));
    shell.env_clear();
    for (name, value) in world.command(&[]).get_envs() {
        shell.env(name, value.unwrap());
    }
    shell.env("PATH", program.parent().unwrap());
    ended(shell.output().unwrap())
}

#[test]
fn a_lock_that_tells_the_truth_passes_without_a_request() {
    let world = locked();
    for words in [CHECK, ["lock", "--locked"]] {
        let told = world.done(&words);
        assert!(told.err.contains("says what the sources need"), "{told:?}");
        assert_eq!(told.out, "");
    }
    assert_eq!(world.registry.requests(), []);
}

#[test]
fn drift_ends_with_1_writes_nothing_and_asks_nobody() {
    let world = drifted();
    let before = world.text("airlock.lock");
    let told = world.run(&CHECK);
    assert_eq!(told.code, Some(1), "{told:?}");
    assert!(told.err.contains("Dockerfile:2:13"), "{}", told.err);
    assert!(told.err.ends_with("  run: airlock lock\n"), "{}", told.err);
    assert_eq!(told.out, "", "text for people is no data");
    assert_eq!(world.text("airlock.lock"), before);
    assert_eq!(world.registry.requests(), []);
}

#[test]
fn data_goes_to_standard_output_in_every_format() {
    let world = drifted();
    for (format, start) in [
        ("json", "{\n  \"schema\": \"airlock.check/1\""),
        ("markdown", "### airlock.lock has drifted"),
        ("github", "::error file=Dockerfile,line=2,col=13,"),
        ("sarif", "{\n  \"$schema\""),
    ] {
        let told = world.run(&["lock", "--check", "--format", format]);
        assert_eq!(told.code, Some(1), "{told:?}");
        assert!(told.out.starts_with(start), "{}", told.out);
        assert_eq!(told.err, "", "{format}");
    }
}

#[test]
fn the_command_that_is_named_mends_it() {
    let world = drifted();
    world.write(
        "odd name.Dockerfile",
        &format!("ARG V\nFROM {}:$V\n", world.image("team/tools")),
    );
    let with_arguments = [
        "lock",
        "--check",
        "-f",
        "Dockerfile",
        "-f",
        "odd name.Dockerfile",
        "--build-arg",
        "V=2",
    ];
    for words in [&CHECK[..], &with_arguments[..]] {
        let found = world.run(&[words, &["--json"]].concat());
        assert_eq!(found.code, Some(1), "{found:?}");
        let found = report(&found);
        let fixes = found["fix"].as_array().unwrap();
        assert_eq!(fixes.len(), 1, "{found}");
        let mended = pasted(&world, fixes[0].as_str().unwrap());
        assert_eq!(mended.code, Some(0), "{mended:?}");
        world.done(words);
    }
    world.done(&CHECK);
}

#[test]
fn a_lock_that_cannot_be_read_is_no_drift() {
    let world = locked();
    let good = world.text("airlock.lock");
    for (text, code) in [
        ("version = \n", "lock-format/broken"),
        ("version = 2\n", "lock-format/newer"),
        ("version = 1\nnew-key = 2\n", "lock-format/newer"),
    ] {
        world.write("airlock.lock", text);
        assert_eq!(world.fails(&CHECK), (2, code.to_owned()));
    }
    world.write("airlock.lock", &good);
    world.write("Dockerfile", "FROM a b c\n");
    assert_eq!(world.fails(&CHECK).0, 1, "a source that cannot be read");
    std::fs::remove_file(world.path("airlock.lock")).unwrap();
    world.write("Dockerfile", "FROM scratch\n");
    assert_eq!(world.fails(&CHECK), (2, "lock/no-lockfile".to_owned()));
}

#[test]
fn an_error_is_an_annotation_and_a_summary_too() {
    let world = locked();
    world.write("airlock.lock", "version = 1\n\"100%: a\" = 2\n");
    let told = world.run(&["lock", "--check", "--format", "github"]);
    assert_eq!(told.code, Some(2), "{told:?}");
    let start = "::error file=airlock.lock,line=2,col=1,title=lock-format/newer::airlock.lock: ";
    assert!(told.out.starts_with(start), "{}", told.out);
    assert!(told.out.contains("100%25: a"), "{}", told.out);
    assert_eq!(told.out.lines().count(), 1, "{}", told.out);
    let told = world.run(&["lock", "--check", "--format", "markdown"]);
    assert_eq!(told.code, Some(2), "{told:?}");
    let start = "### Not all could be checked\n\n- **error** airlock.lock: ";
    assert!(told.out.starts_with(start), "{}", told.out);
    let told = world.run(&["lock", "--check", "--format", "sarif"]);
    assert_eq!(
        (told.code, told.out.as_str()),
        (Some(2), ""),
        "no report, no file to hand on"
    );
}

#[test]
fn the_platform_of_this_machine_decides_nothing() {
    for drift in [false, true] {
        let world = if drift { drifted() } else { locked() };
        for words in [&CHECK[..], &["lock", "--check", "-f", "Dockerfile"]] {
            let words = [words, &["--json"]].concat();
            let here = world.run(&words);
            assert_eq!(here.code, Some(i32::from(drift)), "{here:?}");
            for other in ["linux/s390x", "linux/arm64", "windows/amd64"] {
                let mut command = world.command(&words);
                command.env("DOCKER_DEFAULT_PLATFORM", other);
                let there = ended(command.output().unwrap());
                assert_eq!((there.code, &there.out), (here.code, &here.out), "{other}");
            }
        }
    }
}

#[test]
fn an_architecture_of_the_machine_decides_what_is_locked_first_and_never_again() {
    let world = World::new();
    world
        .registry
        .push("team/base", "1", &two_platforms("base"));
    world.write(
        "Dockerfile",
        &format!("FROM {}\n", world.image("team/base:1")),
    );
    let other = |words: &[&str]| {
        let mut command = world.command(words);
        command.env("DOCKER_DEFAULT_PLATFORM", "linux/arm64");
        ended(command.output().unwrap())
    };
    assert_eq!(other(&["lock"]).code, Some(0));
    let first = world.text("airlock.lock");
    assert!(first.contains("platforms = [\"linux/arm64\"]"), "{first}");
    world.done(&CHECK);
    world.done(&["lock", "-f", "Dockerfile"]);
    assert_eq!(world.text("airlock.lock"), first);
}

#[test]
fn variables_of_a_project_are_those_of_the_lock_and_others_are_told() {
    let world = World::new();
    world
        .registry
        .push("team/base", "1", &small("base", "linux/amd64"));
    let text = format!(
        "services:\n  api:\n    image: {}:${{TAG:?}}\n",
        world.image("team/base")
    );
    world.write("compose.yaml", &text);
    let with = |tag: &str, words: &[&str]| {
        let mut command = world.command(words);
        command.env("TAG", tag);
        ended(command.output().unwrap())
    };
    let locked = with("1", &["lock", "--platform", "linux/amd64"]);
    assert_eq!(locked.code, Some(0), "{locked:?}");
    world.done(&CHECK);
    world.done(&["lock", "--check", "--compose"]);
    assert_eq!(with("1", &CHECK).code, Some(0));
    let other = with("2", &["lock", "--check", "--json"]);
    assert_eq!(other.code, Some(1), "{other:?}");
    let other = report(&other);
    assert_eq!(codes(&other), ["check/changed-input"], "{other}");
    let facts = &other["findings"][0]["facts"];
    assert_eq!(
        (&facts["input"], &facts["locked"], &facts["found"]),
        (&"env.TAG".into(), &"1".into(), &"2".into())
    );
}

#[test]
fn onbuild_triggers_come_from_the_lock() {
    use airlock::upstream::image::{Flavour, Layer, build};
    let world = drifted();
    let trigger = format!("COPY --from={} /a /b", world.image("team/tools:2"));
    let layer = Layer::gzip(&[("base", b"base")]).unwrap();
    let settings = serde_json::json!({ "OnBuild": [trigger] });
    let platform = crate::world::platform("linux/amd64");
    let base = build(Flavour::Oci, &platform, &[layer], &settings);
    world.registry.push("team/onbuild", "1", &base);
    world.write(
        "Dockerfile",
        &format!("FROM {}\n", world.image("team/onbuild:1")),
    );
    world.done(&["lock"]);
    world.registry.clear_requests();
    world.done(&CHECK);
    assert_eq!(world.registry.requests(), []);
    let without = world.text("airlock.lock");
    let without = without
        .lines()
        .filter(|line| !line.starts_with("onbuild"))
        .fold(String::new(), |text, line| text + line + "\n");
    world.write("airlock.lock", &without);
    let told = world.run(&["lock", "--check", "--json"]);
    assert_eq!(codes(&report(&told)), ["check/unused-image"]);
}

#[test]
fn upstream_asks_for_heads_alone_and_tells_moved_tags_apart() {
    let world = locked();
    world.registry.add_rule(Bearer::default().rule());
    world.done(&["lock", "--check", "--upstream"]);
    let before = world.lock().images()[0].pin.clone().unwrap().digest;
    let moved = two_platforms("moved");
    world.registry.push("team/base", "1", &moved);
    world.registry.clear_requests();
    let told = world.run(&["lock", "--check", "--upstream", "--json"]);
    assert_eq!(told.code, Some(1), "{told:?}");
    let told = report(&told);
    assert_eq!(codes(&told), ["check/moved-tag"]);
    let finding = &told["findings"][0];
    assert_eq!(finding["about"], "registry");
    assert_eq!(finding["places"][0]["file"], "Dockerfile");
    assert_eq!(finding["facts"]["locked"], before.to_string());
    assert_eq!(finding["facts"]["found"], moved.top.digest.to_string());
    let requests = world.registry.requests();
    assert!(requests.iter().any(|asked| asked.method == "HEAD"));
    for asked in &requests {
        let is_token = asked.path.starts_with("/token") || asked.path == "/v2/";
        assert!(asked.method == "HEAD" || is_token, "{asked:?}");
    }
    world.done(&["lock", "--check"]);
    let warned = world.done(&["lock", "--check", "--upstream=warn", "--json"]);
    let warned = report(&warned);
    assert_eq!(warned["passed"], true);
    assert_eq!(warned["findings"][0]["level"], "warning");
}

#[test]
fn the_command_that_is_named_takes_a_moved_tag() {
    let world = locked();
    let moved = two_platforms("moved");
    world.registry.push("team/base", "1", &moved);
    world.done(&["lock"]);
    let upstream = ["lock", "--check", "--upstream", "--json"];
    let found = world.run(&upstream);
    assert_eq!(found.code, Some(1), "a pin is kept until asked: {found:?}");
    let found = report(&found);
    let mended = pasted(&world, found["fix"][0].as_str().unwrap());
    assert_eq!(mended.code, Some(0), "{mended:?}");
    world.done(&upstream);
    let pin = world.lock().images()[0].pin.clone().unwrap();
    assert_eq!(pin.digest, moved.top.digest);
}

#[test]
fn a_registry_that_cannot_be_asked_fails_and_drift_is_told_all_the_same() {
    let world = drifted();
    world
        .registry
        .add_rule(rule::on(|_| true, |_, _| Reply::new(403)));
    let told = world.run(&["lock", "--check", "--upstream"]);
    assert_eq!(told.code, Some(3), "{told:?}");
    for part in ["check/missing-image", "403"] {
        assert!(told.err.contains(part), "{part} in {}", told.err);
    }
    let words = ["lock", "--check", "--upstream=warn"];
    let told = world.run(&words);
    assert_eq!(told.code, Some(1), "the drift alone fails: {told:?}");
    assert!(told.err.contains("403"), "{}", told.err);
    world.write(
        "Dockerfile",
        &format!("FROM {}\n", world.image("team/base:1")),
    );
    assert!(world.done(&words).err.contains("403"));
}

#[test]
fn colours_follow_the_conventions() {
    let world = drifted();
    for (flags, variables, colored) in [
        (&[][..], &[][..], false),
        (&[], &[("CLICOLOR_FORCE", "1")], true),
        (&[], &[("CLICOLOR_FORCE", "0")], false),
        (&[], &[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")], false),
        (&["--color", "always"], &[("NO_COLOR", "1")], true),
        (&["--color", "never"], &[("CLICOLOR_FORCE", "1")], false),
    ] {
        let mut command = world.command(&[&CHECK[..], flags].concat());
        command.envs(variables.iter().copied());
        let told = ended(command.output().unwrap());
        let found = told.err.contains('\u{1b}');
        assert_eq!(found, colored, "{flags:?} {variables:?}");
    }
}

#[test]
fn forms_of_findings_belong_to_the_check_alone() {
    let world = locked();
    for words in [&["lock"][..], &["scan"], &["diff"]] {
        for format in ["markdown", "github", "sarif"] {
            let told = world.run(&[words, &["--format", format]].concat());
            assert_eq!(told.code, Some(2), "{told:?}");
            assert!(told.err.contains("cli/wrong-format"), "{}", told.err);
        }
    }
    let told = world.run(&["lock", "--upstream"]);
    assert_eq!(told.code, Some(2), "without --check it means nothing");
}

#[test]
fn a_lock_above_the_folder_is_named_from_the_root() {
    let world = locked();
    std::fs::create_dir(world.path("sub")).unwrap();
    world.write(
        "airlock.lock",
        &world.text("airlock.lock").replacen('#', "##", 1),
    );
    let words = ["-C", "sub", "lock", "--check", "--root", "..", "--lockfile"];
    let told = world.run(&[&words[..], &["../airlock.lock", "--format", "github"]].concat());
    assert_eq!(told.code, Some(1), "{told:?}");
    let start = "::error file=airlock.lock,line=1,";
    assert!(told.out.starts_with(start), "{}", told.out);
}

#[test]
fn a_tag_that_is_gone_or_cannot_be_asked_for_hides_no_other() {
    let world = World::new();
    for name in ["team/gone", "team/moved", "team/silent"] {
        world.registry.push(name, "1", &small(name, "linux/amd64"));
    }
    let lines = ["team/gone", "team/moved", "team/silent"]
        .map(|name| format!("FROM {}\n", world.image(&format!("{name}:1"))));
    world.write("Dockerfile", &lines.concat());
    world.done(&["lock", "--platform", "linux/amd64"]);
    let new = small("new", "linux/amd64");
    world.registry.push("team/moved", "1", &new);
    let answer = |name: &'static str, reply: fn() -> Reply| {
        let rule = rule::on(move |asked| asked.path.contains(name), move |_, _| reply());
        world.registry.add_rule(rule);
    };
    answer("team/gone", || {
        Reply::error(404, "MANIFEST_UNKNOWN", "gone")
    });
    let upstream = ["lock", "--check", "--upstream", "--json"];
    let whole = world.run(&upstream);
    assert_eq!(whole.code, Some(1), "{whole:?}");
    let found = report(&whole);
    assert_eq!(codes(&found), ["check/gone-tag", "check/moved-tag"]);
    assert_eq!(
        (&found["passed"], &found["complete"]),
        (&false.into(), &true.into())
    );

    answer("team/silent", || Reply::new(403));
    let cut = world.run(&upstream);
    assert_eq!(cut.code, Some(3), "{cut:?}");
    let found = report(&cut);
    assert_eq!(codes(&found), ["check/gone-tag", "check/moved-tag"]);
    assert_eq!(
        (&found["passed"], &found["complete"]),
        (&false.into(), &false.into())
    );
    let warned = report(&world.done(&["lock", "--check", "--upstream=warn", "--json"]));
    assert_eq!(
        (&warned["passed"], &warned["complete"]),
        (&true.into(), &false.into())
    );
    assert_eq!(warned["warnings"], 2);
}

#[test]
fn a_registry_that_is_silent_is_told_once() {
    let world = locked();
    let text = world.text("Dockerfile");
    let tools = world.image("team/tools:2");
    world.write("Dockerfile", &format!("{text}FROM {tools}\n"));
    world.done(&["lock"]);
    let refuse = rule::on(|_| true, |_, _| Reply::new(403));
    world.registry.add_rule(refuse);
    let told = world.done(&["lock", "--check", "--upstream=warn"]).err;
    assert_eq!(told.matches("registry/denied").count(), 2, "{told}");
    assert!(told.contains("for 1 more of its tags"), "{told}");
}

#[test]
fn the_command_that_is_named_starts_where_the_check_did() {
    let world = World::new();
    world
        .registry
        .push("team/base", "1", &small("base", "linux/amd64"));
    std::fs::create_dir(world.path("a b")).unwrap();
    world.write("a b/Dockerfile", "FROM scratch\n");
    world.done(&["-C", "a b", "lock"]);
    let image = world.image("team/base:1");
    world.write("a b/Dockerfile", &format!("FROM {image}\n"));
    let typed = ["-C", "a b", "lock", "--check", "--insecure-registry"];
    let host = world.registry.host();
    let mut command = world.command(&[&typed[..], &[&host, "--json"]].concat());
    command.env_remove("AIRLOCK_INSECURE_REGISTRY");
    let found = report(&ended(command.output().unwrap()));
    let fix = found["fix"][0].as_str().unwrap();
    assert_eq!(
        fix,
        format!("airlock -C 'a b' lock --insecure-registry {host}")
    );
    let mended = pasted(&world, fix);
    assert_eq!(mended.code, Some(0), "{mended:?}");
    world.done(&["-C", "a b", "lock", "--check"]);
}

#[test]
fn an_image_of_the_repository_is_found_where_it_is_named() {
    let world = locked();
    let image = world.image("team/tools:2");
    world.write("airlock.toml", &format!("images = [\n  \"{image}\",\n]\n"));
    let told = world.run(&["lock", "--check", "--json"]);
    let found = report(&told);
    let findings = found["findings"].as_array().unwrap().iter();
    let at = |code: &str| {
        let mut found = findings.clone().filter(|finding| finding["code"] == code);
        found.next().unwrap_or_else(|| panic!("{code} in {told:?}"))["places"][0].clone()
    };
    for code in ["check/missing-source", "check/missing-image"] {
        let place = at(code);
        let length = image.len() + 2;
        let expected =
            serde_json::json!({"file": "airlock.toml", "line": 2, "column": 3, "length": length});
        assert_eq!(place, expected, "{code}");
    }
}

#[test]
fn ends_of_lines_are_a_warning_and_no_part_of_a_difference() {
    let world = locked();
    let text = world.text("airlock.lock").replace('\n', "\r\n");
    world.write("airlock.lock", &text);
    let told = world.done(&CHECK).err;
    assert!(
        told.contains("lock/crlf") && told.contains("eol=lf"),
        "{told}"
    );
    world.write("airlock.lock", &text.replacen("# ", "#  ", 1));
    let found = report(&world.run(&["lock", "--check", "--json"]));
    assert_eq!(codes(&found), ["check/not-canonical"]);
    let diff = found["findings"][0]["diff"].as_str().unwrap();
    let changed = diff
        .lines()
        .skip(2)
        .filter(|line| line.starts_with(['+', '-']));
    assert_eq!(changed.count(), 2, "{diff}");
}

#[test]
fn an_image_that_names_its_digest_cannot_move_and_is_not_asked_for() {
    let world = World::new();
    let base = two_platforms("base");
    world.registry.push("team/base", "1", &base);
    let image = world.image(&format!("team/base:1@{}", base.top.digest));
    world.write("Dockerfile", &format!("FROM {image}\n"));
    world.done(&["lock", "--platform", "linux/amd64"]);
    world.registry.clear_requests();
    world.done(&["lock", "--check", "--upstream"]);
    assert_eq!(world.registry.requests(), []);
}
