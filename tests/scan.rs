//! `airlock scan` as a program: arguments, exit codes, the document it prints.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::{Value, json};

/// Runs the program with an empty environment.
fn scan(folder: &Path, arguments: &[&str], input: &str) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_airlock"))
        .arg("scan")
        .args(arguments)
        .env_clear()
        .current_dir(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let mut stdin = child.stdin.take().expect("standard input is a pipe");
    stdin.write_all(input.as_bytes()).expect("it is read");
    drop(stdin);
    child.wait_with_output().expect("the program ends")
}

#[expect(clippy::disallowed_methods, reason = "files that the test reads")]
fn project(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("there is room");
    for (name, text) in files {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().expect("a file has a folder")).expect("made");
        std::fs::write(path, text).expect("written");
    }
    folder
}

fn sources(output: &Output) -> Vec<Value> {
    let document: Value = serde_json::from_slice(&output.stdout).expect("it prints JSON");
    assert_eq!(document["schema"], "airlock.scan/1");
    document["sources"].as_array().expect("a list").clone()
}

fn code(output: &Output) -> Option<i32> {
    output.status.code()
}

#[test]
fn the_documented_example_is_what_is_printed() {
    let page = include_str!("../docs/scan.md");
    let block = |language: &str| {
        let (_, rest) = page
            .split_once(&format!("```{language}\n"))
            .expect("the page has the block");
        rest.split_once("```").expect("the block ends").0
    };
    let folder = project(&[("Dockerfile", block("dockerfile"))]);
    let arguments = [
        "--json",
        "--platform",
        "linux/arm64",
        "--build-platform",
        "linux/amd64",
    ];
    let output = scan(folder.path(), &arguments, "");
    let printed: Value = serde_json::from_slice(&output.stdout).expect("it prints JSON");
    let documented: Value = serde_json::from_str(block("json")).expect("the block is JSON");
    assert_eq!(printed, documented);
    assert_eq!(code(&output), Some(0));
}

#[test]
fn the_documented_classes_are_those_there_are() {
    let page = include_str!("../docs/scan.md");
    let (_, rest) = page.split_once("errors.md).\n\n").expect("the list");
    let (list, _) = rest.split_once("\n\n").expect("the list ends");
    let mut documented: Vec<&str> = list.split(',').map(str::trim).collect();
    documented.sort_unstable();
    let mut classes: Vec<&str> = airlock::dockerfile::ErrorClass::all()
        .map(airlock::dockerfile::ErrorClass::name)
        .collect();
    classes.sort_unstable();
    assert_eq!(documented, classes);
}

#[test]
fn sources_stand_in_the_order_of_the_command_line() {
    let folder = project(&[("b", "FROM b\n"), ("sub/a", "FROM a\n")]);
    let arguments = [
        "--json",
        "-f",
        "b",
        "-f",
        "sub/a",
        "--platform",
        "linux/arm64,linux/amd64",
        "--platform",
        "linux/s390x",
    ];
    let output = scan(folder.path(), &arguments, "");
    let found: Vec<String> = sources(&output)
        .iter()
        .map(|source| format!("{} {}", source["path"], source["platform"]).replace('"', ""))
        .collect();
    let platforms = ["linux/arm64", "linux/amd64", "linux/s390x"];
    let expected: Vec<String> = ["b", "sub/a"]
        .iter()
        .flat_map(|path| platforms.map(|platform| format!("{path} {platform}")))
        .collect();
    assert_eq!(found, expected);
}

#[test]
fn standard_input_is_a_file_too() {
    let folder = project(&[]);
    let output = scan(
        folder.path(),
        &["--json", "-f", "-", "-f", "-"],
        "FROM scratch\n",
    );
    let found = sources(&output);
    assert_eq!(found.len(), 2);
    assert_eq!(found[0]["path"], "-");
    assert_eq!(found[0]["resolve"], json!([]));
}

#[test]
fn an_error_ends_with_one_and_the_document_is_complete() {
    let folder = project(&[("good", "FROM a\n"), ("bad", "FROM $X\n")]);
    let output = scan(folder.path(), &["--json", "-f", "bad", "-f", "good"], "");
    assert_eq!(code(&output), Some(1));
    let found = sources(&output);
    assert_eq!(found[0]["error"]["class"], "blank_base");
    assert_eq!(found[0]["resolve"], Value::Null);
    assert_eq!(found[1]["ok"], true);
    let output = scan(folder.path(), &["-f", "bad", "-f", "good"], "");
    assert_eq!(code(&output), Some(1));
    let told = String::from_utf8(output.stderr).expect("text");
    assert!(told.contains("dockerfile/blank-base"), "{told}");
}

#[test]
fn a_file_that_is_not_there_ends_with_one() {
    let folder = project(&[("sub/x", "")]);
    for arguments in [&["-f", "none"][..], &[], &["-f", "../x"], &["-f", "sub"]] {
        assert_eq!(
            code(&scan(folder.path(), arguments, "")),
            Some(1),
            "{arguments:?}"
        );
    }
}

#[test]
#[expect(clippy::disallowed_methods, reason = "files that the test reads")]
fn a_file_may_have_64_mib_and_no_byte_more() {
    let folder = project(&[]);
    let mut text = b"FROM a\n".to_vec();
    let line = [b"# ".as_slice(), &[b'x'; 61], b"\n"].concat();
    text.extend(line.repeat(1024 * 1024 - 1));
    text.resize(64 * 1024 * 1024, b'#');
    let path = folder.path().join("Dockerfile");
    std::fs::write(&path, &text).expect("there is room");
    let output = scan(folder.path(), &["--json"], "");
    assert_eq!(code(&output), Some(0));
    assert_eq!(
        sources(&output)[0]["resolve"][0]["ref"],
        "docker.io/library/a:latest"
    );
    text.push(b'#');
    std::fs::write(&path, &text).expect("there is room");
    let output = scan(folder.path(), &["--json"], "");
    assert_eq!(code(&output), Some(1));
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(told.contains("inputs/too-large"), "{told}");
}

/// Each would take minutes or hours where the time grew with the square of the file.
#[test]
fn files_that_repeat_one_thing_take_time_by_their_size() {
    let numbered =
        |count: usize, line: &dyn Fn(usize) -> String| -> String { (0..count).map(line).collect() };
    let back = "\\".repeat(60_000);
    for (text, expected) in [
        (
            format!(
                "FROM a AS s0\n{}",
                numbered(50_000, &|n| format!("FROM s{n} AS s{}\n", n + 1))
            ),
            0,
        ),
        (
            format!(
                "FROM a AS x\nFROM b\n{}",
                "COPY --from=x /a /b\n".repeat(50_000)
            ),
            0,
        ),
        (
            format!(
                "FROM a\n{}",
                numbered(20_000, &|n| format!("COPY --from=i{n} /a /b\n"))
            ),
            1,
        ),
        (
            format!("FROM a\nRUN {}x\n", format!("{back}\\\n").repeat(50)),
            1,
        ),
        (format!("FROM a\nRUN x{}y\n", " \\\n".repeat(1_000_000)), 0),
        (
            format!("FROM a\n{}", "RUN <<A <<B\nx\nA\nB\n".repeat(100_000)),
            0,
        ),
        (
            format!("FROM a:{}x{}\n", "${A:-".repeat(12_000), "}".repeat(12_000)),
            1,
        ),
        (
            format!(
                "{}FROM a\n",
                numbered(50_000, &|n| format!("ARG A{}=$A{n}\n", n + 1))
            ),
            0,
        ),
        (
            format!(
                "ARG A={}\nFROM x:${{A//{}b/c}}\n",
                "a".repeat(60_000),
                "a*".repeat(300)
            ),
            1,
        ),
    ] {
        let folder = project(&[("Dockerfile", &text)]);
        let output = scan(folder.path(), &["--json"], "");
        let begin: String = text.chars().take(60).collect();
        assert_eq!(code(&output), Some(expected), "{begin}");
        assert_eq!(sources(&output).len(), 1, "{begin}");
    }
}

#[test]
fn wrong_arguments_end_with_two() {
    let folder = project(&[("Dockerfile", "FROM a\n"), ("triggers", "{\"a\": []}")]);
    for arguments in [
        &["--platform", "what"][..],
        &["--build-context", "x"],
        &["--onbuild", "triggers"],
        &["--onbuild", "Dockerfile"],
    ] {
        assert_eq!(
            code(&scan(folder.path(), arguments, "")),
            Some(2),
            "{arguments:?}"
        );
    }
}

#[test]
fn the_nearest_marker_names_the_root() {
    let folder = project(&[
        ("airlock.toml", ""),
        ("Dockerfile", "FROM a\n"),
        ("sub/Containerfile", "FROM b\n"),
    ]);
    let below = folder.path().join("sub");
    let output = scan(&below, &["--json", "-f", "../Dockerfile"], "");
    assert_eq!(sources(&output)[0]["path"], "Dockerfile");
    let output = scan(&below, &["--json"], "");
    assert_eq!(sources(&output)[0]["path"], "sub/Containerfile");
    let output = scan(
        &below,
        &["--json", "--root", ".", "-f", "../Dockerfile"],
        "",
    );
    assert_eq!(code(&output), Some(1));
}

#[test]
fn what_is_given_is_used() {
    let folder = project(&[
        (
            "Dockerfile",
            "ARG V\nFROM a:$V AS one\nFROM b AS two\nFROM base AS three\n",
        ),
        (
            "triggers",
            "{\"docker.io/library/a:1\": [\"COPY --from=c / /\"]}",
        ),
    ]);
    let ask = |arguments: &[&str]| -> Vec<String> {
        let arguments = [&["--json", "--build-arg", "V=1"], arguments].concat();
        let found = sources(&scan(folder.path(), &arguments, ""));
        let rows = found[0]["resolve"].as_array().expect("known").clone();
        rows.iter()
            .map(|row| row["ref"].as_str().unwrap_or_default().to_owned())
            .collect()
    };
    assert_eq!(ask(&["--target", "one"]), ["docker.io/library/a:1"]);
    assert_eq!(
        ask(&["--target", "one", "--onbuild", "triggers"]),
        ["docker.io/library/a:1", "docker.io/library/c:latest"]
    );
    assert_eq!(
        ask(&["--build-context", "base=docker-image://d/e"]),
        ["docker.io/d/e:latest"]
    );
    assert_eq!(ask(&["--build-context", "base=folder"]), [""; 0]);
    assert_eq!(
        ask(&["--all-stages"]),
        [
            "docker.io/library/a:1",
            "docker.io/library/b:latest",
            "docker.io/library/base:latest"
        ]
    );
}
