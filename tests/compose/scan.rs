//! `airlock scan` of a compose project as a program: each flag, the exit codes, the text.

use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

/// Two files that are one project, with variables, profiles and builds.
const FILES: &[(&str, &str)] = &[
    (
        "app/compose.yaml",
        "services:
  web:
    image: web:${TAG:-none}
    depends_on: [db]
  db:
    image: db:1
  tool:
    image: tool:1
    profiles: [tools]
",
    ),
    (
        "app/compose.override.yaml",
        "services: {web: {environment: {A: b}}, db: {image: \"db:2\"}}\n",
    ),
    ("app/.env", "TAG=dot\n"),
    ("app/other.env", "TAG=other\n"),
    ("app/more.yaml", "services: {more: {build: built}}\n"),
    ("app/built/Dockerfile", "FROM base:1\n"),
    ("elsewhere/built/Dockerfile", "FROM base:2\n"),
    ("app/bad.yaml", "services: {bad: {build: broken}}\n"),
    ("app/broken/Dockerfile", "FROM $NOTHING\n"),
    ("app/gone.yaml", "services: {gone: {build: gone}}\n"),
    ("Dockerfile", "FROM top:1\n"),
];

fn project() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("there is room");
    for (name, text) in FILES {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().expect("a file has a folder")).expect("made");
        std::fs::write(path, text).expect("written");
    }
    folder
}

#[test]
fn the_documented_example_is_what_is_printed() {
    let page = include_str!("../../docs/scan.md");
    let block = |language: &str| {
        let (_, rest) = page
            .split_once(&format!("```{language}\n"))
            .expect("the page has the block");
        rest.split_once("```").expect("the block ends").0
    };
    let folder = tempfile::tempdir().expect("there is room");
    let shop = folder.path().join("shop");
    std::fs::create_dir(&shop).expect("made");
    std::fs::write(shop.join("Dockerfile"), block("dockerfile")).expect("written");
    std::fs::write(shop.join("compose.yaml"), block("yaml")).expect("written");
    let output = Command::new(env!("CARGO_BIN_EXE_airlock"))
        .args(["scan", "--json", "--compose", "--platform", "linux/amd64"])
        .args(["--build-platform", "linux/amd64"])
        .env_clear()
        .current_dir(&shop)
        .output()
        .expect("the program starts");
    let printed: Value = serde_json::from_slice(&output.stdout).expect("it prints JSON");
    let documented: Value = serde_json::from_str(block("json compose")).expect("it is JSON");
    assert_eq!(printed, documented);
}

fn scan(folder: &Path, arguments: &[&str], environment: &[(&str, &str)]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_airlock"))
        .arg("scan")
        .args(["--root", ".."])
        .args(arguments)
        .env_clear()
        .envs(environment.iter().copied())
        .current_dir(folder.join("app"))
        .output()
        .expect("the program starts")
}

/// The project's name, and each active service with what it runs.
fn told(output: &Output) -> String {
    let document: Value = serde_json::from_slice(&output.stdout).expect("it prints JSON");
    assert_eq!(document["schema"], "airlock.scan/1");
    let sources = document["sources"].as_array().expect("a list");
    let source = sources.last().expect("there is a source");
    assert_eq!(source["kind"], "compose", "{source}");
    let services = source["services"].as_object().expect("the services");
    let services = services.iter().map(|(name, service)| {
        let image = service["default_image"].as_str().expect("text");
        let needs = service["build_result"][0]["resolve"][0]["ref"].as_str();
        format!(
            "{name}={image}{}",
            needs.map(|needs| format!("<{needs}")).unwrap_or_default()
        )
    });
    let services: Vec<String> = services.collect();
    let name = source["project_name"].as_str().expect("a name");
    format!("{name}: {}", services.join(" "))
}

#[test]
fn each_flag_and_variable_counts() {
    let folder = project();
    let compose = "--compose";
    let web = "--compose-file=compose.yaml";
    let more = "--compose-file=more.yaml";
    for (arguments, environment, expected) in [
        (&[compose][..], &[][..], "app: db=db:2 web=web:dot"),
        (&[compose], &[("TAG", "env")], "app: db=db:2 web=web:env"),
        (&[web], &[], "app: db=db:1 web=web:dot"),
        (
            &[web, more],
            &[],
            "app: db=db:1 more=app-more<docker.io/library/base:1 web=web:dot",
        ),
        (
            &[compose, "--env-file=other.env"],
            &[],
            "app: db=db:2 web=web:other",
        ),
        (
            &[compose, "--profile=tools"],
            &[],
            "app: db=db:2 tool=tool:1 web=web:dot",
        ),
        (
            &[compose, "--profile=*"],
            &[],
            "app: db=db:2 tool=tool:1 web=web:dot",
        ),
        (&[compose, "--service=db"], &[], "app: db=db:2"),
        (&[compose, "--service=web"], &[], "app: db=db:2 web=web:dot"),
        (
            &[compose, "--project-name=else"],
            &[],
            "else: db=db:2 web=web:dot",
        ),
        (
            &[more, "--project-directory=../elsewhere"],
            &[],
            "elsewhere: more=elsewhere-more<docker.io/library/base:2",
        ),
        (
            &[compose],
            &[("COMPOSE_FILE", "more.yaml")],
            "app: more=app-more<docker.io/library/base:1",
        ),
        (
            &[compose],
            &[
                ("COMPOSE_FILE", "more.yaml;compose.yaml"),
                ("COMPOSE_PATH_SEPARATOR", ";"),
            ],
            "app: db=db:1 more=app-more<docker.io/library/base:1 web=web:dot",
        ),
        (
            &[compose],
            &[("COMPOSE_PROFILES", "tools")],
            "app: db=db:2 tool=tool:1 web=web:dot",
        ),
        (
            &[compose],
            &[("COMPOSE_PROJECT_NAME", "named")],
            "named: db=db:2 web=web:dot",
        ),
        (
            &[compose],
            &[("COMPOSE_ENV_FILES", "other.env")],
            "app: db=db:2 web=web:other",
        ),
    ] {
        let arguments = [arguments, &["--json"]].concat();
        let output = scan(folder.path(), &arguments, environment);
        assert_eq!(output.status.code(), Some(0), "{arguments:?} {output:?}");
        assert_eq!(told(&output), expected, "{arguments:?} {environment:?}");
    }
}

#[test]
fn each_platform_is_answered() {
    let folder = project();
    let arguments = [
        "--json",
        "--compose-file=more.yaml",
        "--platform=linux/arm64,linux/amd64",
    ];
    let output = scan(folder.path(), &arguments, &[]);
    let document: Value = serde_json::from_slice(&output.stdout).expect("it prints JSON");
    let results = &document["sources"][0]["services"]["more"]["build_result"];
    let platforms = results.as_array().expect("a list").iter();
    let platforms: Vec<_> = platforms.map(|result| &result["platform"]).collect();
    assert_eq!(platforms, ["linux/arm64", "linux/amd64"]);
}

#[test]
fn a_dockerfile_beside_it_stands_first() {
    let folder = project();
    let output = scan(
        folder.path(),
        &["--json", "--compose", "-f", "../Dockerfile"],
        &[],
    );
    let document: Value = serde_json::from_slice(&output.stdout).expect("it prints JSON");
    let sources = document["sources"].as_array().expect("a list").iter();
    let kinds: Vec<_> = sources.map(|source| &source["kind"]).collect();
    assert_eq!(kinds, ["dockerfile", "compose"]);
}

#[test]
fn errors_end_with_one_and_a_build_not_looked_into_does_not() {
    let folder = project();
    for (file, code) in [("bad.yaml", 1), ("gone.yaml", 0), ("none.yaml", 1)] {
        for form in [&[][..], &["--json"]] {
            let arguments = [&["--compose-file", file], form].concat();
            let output = scan(folder.path(), &arguments, &[]);
            assert_eq!(output.status.code(), Some(code), "{arguments:?}");
            if !form.is_empty() {
                let document: Value = serde_json::from_slice(&output.stdout).expect("JSON");
                assert_eq!(document["sources"][0]["ok"], file != "none.yaml");
            }
        }
    }
    let output = scan(folder.path(), &["--compose-file=bad.yaml"], &[]);
    let told = String::from_utf8(output.stderr).expect("text");
    for part in ["dockerfile/blank-base", "services.bad.build"] {
        assert!(told.contains(part), "{told}");
    }
}

#[test]
fn what_belongs_to_a_project_needs_one() {
    let folder = project();
    for flag in [
        "--env-file",
        "--profile",
        "--service",
        "--project-directory",
        "--project-name",
    ] {
        let output = scan(folder.path(), &[flag, "x"], &[]);
        assert_eq!(output.status.code(), Some(2), "{flag}");
    }
}

#[test]
fn the_text_lists_services_and_what_builds_need() {
    let folder = project();
    let arguments = [
        "--compose-file=compose.yaml",
        "--compose-file=more.yaml",
        "--compose-file=gone.yaml",
        "--platform=linux/amd64",
    ];
    let output = scan(folder.path(), &arguments, &[]);
    let told = String::from_utf8(output.stderr).expect("text");
    let expected = "\
app (app/compose.yaml, app/more.yaml, app/gone.yaml): 4 services
  db  db:1
  gone  builds app-gone
    not looked into: app/gone/Dockerfile, which does not exist
  more  builds app-more
    docker.io/library/base:1  linux/amd64
  web  web:dot
  tool  not active: tool:1
";
    assert_eq!(told, expected);
}
