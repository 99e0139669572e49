//! The flags of `airlock scan`, each by what it changes in the document.

use serde_json::{Value, json};

use crate::world::{World, ended};

/// Runs `scan --json` with nothing in the environment but `given`; returns the document's sources.
fn scan(world: &World, words: &[&str], given: &[(&str, &str)]) -> Vec<Value> {
    let mut command = world.command(&["scan", "--json"]);
    command.args(words).env_clear().envs(given.iter().copied());
    let ended = ended(command.output().unwrap());
    let document: Value = serde_json::from_str(&ended.out).unwrap_or_else(|_| panic!("{ended:?}"));
    document["sources"].as_array().unwrap().clone()
}

/// Returns what is asked, each with its platform, or the class of the error.
fn asked(source: &Value) -> Vec<String> {
    let Some(rows) = source["resolve"].as_array() else {
        return vec![source["error"]["class"].as_str().unwrap().to_owned()];
    };
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    rows.iter()
        .map(|row| format!("{} {}", text(&row["ref"]), text(&row["platform"])))
        .collect()
}

fn with(text: &str) -> World {
    let world = World::new();
    world.write("Dockerfile", text);
    world
}

const BOTH: [&str; 4] = [
    "--platform",
    "linux/arm64",
    "--build-platform",
    "linux/amd64",
];

#[test]
fn a_build_argument_takes_its_value_from_the_flag_or_the_environment() {
    let world = with("ARG V=default\nFROM a:$V\n");
    let from = |words: &[&str], given: &[(&str, &str)]| {
        let words = [&BOTH[..], words].concat();
        let sources = scan(&world, &words, given);
        (asked(&sources[0]), sources[0]["args"].clone())
    };
    let a = |tag: &str| vec![format!("docker.io/library/a:{tag} linux/arm64")];
    for (words, given, asked, args) in [
        (&[][..], &[("V", "around")][..], a("default"), json!({})),
        (
            &["--build-arg", "V=given"],
            &[("V", "around")],
            a("given"),
            json!({"V": "given"}),
        ),
        (
            &["--build-arg", "V"],
            &[("V", "around")],
            a("around"),
            json!({"V": "around"}),
        ),
        (&["--build-arg", "V"], &[], a("default"), json!({})),
        (
            &["--build-arg", "V="],
            &[],
            vec!["invalid_reference".to_owned()],
            json!({"V": ""}),
        ),
        (
            &["--build-arg", "V=1=2"],
            &[],
            vec!["invalid_reference".to_owned()],
            json!({"V": "1=2"}),
        ),
        (
            &["--build-arg", "V=1", "--build-arg", "V=2"],
            &[],
            a("2"),
            json!({"V": "2"}),
        ),
    ] {
        assert_eq!(from(words, given), (asked, args), "{words:?} {given:?}");
    }
}

#[test]
fn platforms_come_from_flags_the_environment_or_the_machine() {
    let world = with("FROM --platform=$BUILDPLATFORM a AS x\nFROM b\nCOPY --from=x / /\n");
    let platforms = |words: &[&str], given: &[(&str, &str)]| -> Vec<Value> {
        let sources = scan(&world, words, given);
        sources
            .iter()
            .map(|source| source["platform"].clone())
            .collect()
    };
    let given = [("DOCKER_DEFAULT_PLATFORM", "linux/s390x")];
    let host = lock_format::Platform::host().to_string();
    assert_eq!(platforms(&[], &given), ["linux/s390x"]);
    assert_eq!(platforms(&[], &[]), [host.as_str()]);
    assert_eq!(
        platforms(
            &["--platform", "aarch64,armhf", "--platform", "linux/386"],
            &given
        ),
        ["linux/arm64", "linux/arm/v7", "linux/386"]
    );
    let sources = scan(&world, &BOTH, &given);
    assert_eq!(
        asked(&sources[0]),
        [
            "docker.io/library/a:latest linux/amd64",
            "docker.io/library/b:latest linux/arm64"
        ]
    );
    assert_eq!(sources[0]["build_platform"], "linux/amd64");
    let alone = scan(&world, &["--platform", "linux/arm64"], &[]);
    assert_eq!(alone[0]["build_platform"], host.as_str());
}

#[test]
fn target_and_all_stages_choose_what_resolve_tells() {
    let world = with("FROM a AS one\nFROM b AS two\nFROM one AS three\n");
    let tell = |words: &[&str]| {
        let sources = scan(&world, &[&BOTH[..], words].concat(), &[]);
        let whole: Vec<Value> = sources[0]["all_stages"]["resolve"]
            .as_array()
            .unwrap()
            .clone();
        assert_eq!(whole.len(), 2, "all stages are always answered");
        (asked(&sources[0]), sources[0]["target"].clone())
    };
    let (a, b) = (
        "docker.io/library/a:latest linux/arm64".to_owned(),
        "docker.io/library/b:latest linux/arm64".to_owned(),
    );
    assert_eq!(tell(&[]), (vec![a.clone()], json!("")));
    assert_eq!(tell(&["--target", ""]), (vec![a.clone()], json!("")));
    assert_eq!(tell(&["--target", "TWO"]), (vec![b.clone()], json!("TWO")));
    assert_eq!(
        tell(&["--target", "one", "--all-stages"]),
        (vec![a, b], json!("one"))
    );
    let sources = scan(&world, &["--target", "1"], &[]);
    assert_eq!(asked(&sources[0]), ["target_not_found"]);
}

#[test]
fn a_named_context_may_be_an_image_a_layout_an_address_or_a_folder() {
    let world = with("FROM base\nCOPY --from=base / /\nRUN --mount=from=base,target=/b true\n");
    let digest = format!("sha256:{}", "3".repeat(64));
    let from = |values: &[&str]| {
        let given = values.iter().flat_map(|value| ["--build-context", value]);
        let words: Vec<&str> = BOTH.into_iter().chain(given).collect();
        asked(&scan(&world, &words, &[])[0])
    };
    let layout = format!("base=oci-layout://store@{digest}");
    let held = format!("docker.io/library/base@{digest} linux/arm64");
    for (values, asked) in [
        (
            &["base=docker-image://reg.lan/x:1"][..],
            vec!["reg.lan/x:1 linux/arm64"],
        ),
        (
            &["base:latest=docker-image://reg.lan/x:1"],
            vec!["docker.io/library/base:latest linux/arm64"],
        ),
        (&[layout.as_str()], vec![held.as_str()]),
        (&["base=https://example.test/base.tar"], vec![]),
        (&["base=https://example.test/a/b.git#v1"], vec![]),
        (&["base=git@example.test:a/b.git"], vec![]),
        (&["base=../folder"], vec![]),
        (&["base=docker-image://scratch"], vec![]),
        (
            &[
                "base=../folder",
                "base::linux/arm64=docker-image://reg.lan/x:2",
            ],
            vec!["reg.lan/x:2 linux/arm64"],
        ),
        (
            &["base::linux/amd64=docker-image://reg.lan/x:2"],
            vec!["docker.io/library/base:latest linux/arm64"],
        ),
        (&["base=docker-image://Wrong"], vec!["invalid_reference"]),
        (
            &["base=oci-layout://store:tag"],
            vec!["named_context_error"],
        ),
        (&["base=ftp://example.test/x"], vec!["named_context_error"]),
    ] {
        assert_eq!(from(values), asked, "{values:?}");
    }
}

#[test]
fn triggers_are_taken_from_the_file_and_from_nowhere_else() {
    let world = with("FROM base AS own\nFROM own\n");
    world.write(
        "triggers.json",
        r#"{"docker.io/library/base:latest": [
            "COPY --from=first / /", "RUN --mount=from=second,target=/s true",
            "ONBUILD COPY --from=third / /"]}"#,
    );
    let names = |words: &[&str]| {
        let sources = scan(&world, &[&BOTH[..], words].concat(), &[]);
        let rows: Vec<Value> = sources[0]["images"].as_array().unwrap().clone();
        let row = |row: &Value| {
            format!("{} {} {}", row["use"], row["normalized"], row["line"]).replace('"', "")
        };
        rows.iter().map(row).collect::<Vec<_>>()
    };
    assert_eq!(names(&[]), ["FROM docker.io/library/base:latest 1"]);
    assert_eq!(
        names(&["--onbuild", "triggers.json"]),
        [
            "FROM docker.io/library/base:latest 1",
            "ONBUILD-COPY docker.io/library/first:latest 1",
            "ONBUILD-MOUNT docker.io/library/second:latest 1",
            "ONBUILD-COPY docker.io/library/third:latest 2",
        ]
    );
}
