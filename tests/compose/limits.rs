//! Projects made to be large: each is refused by name, and none is followed to its end.

use std::fmt::Write as _;

use airlock::compose::Request;
use airlock::inputs::Root;
use airlock::ops::project::scan::scan_compose;
use airlock::ops::resolve::{BuildOptions, NoTriggers};

const AIM: &str = "services: {a: {image: a}}\n";

/// Loads a project and returns the code of its error; empty where it has none.
fn code(files: &[(&str, String)]) -> String {
    let folder = tempfile::tempdir().expect("there is room");
    for (name, text) in files {
        std::fs::write(folder.path().join(name), text).expect("written");
    }
    let root = Root::open(folder.path(), folder.path()).expect("it is a folder");
    let amd64 = || "linux/amd64".parse().expect("it is a platform");
    let options = BuildOptions {
        platforms: vec![amd64()],
        build_platform: amd64(),
    };
    let request = Request {
        files: vec!["compose.yaml".to_owned()],
        ..Request::default()
    };
    let scan = match scan_compose(&root, request, &options, &NoTriggers) {
        Ok(scan) => scan,
        Err(failure) => return failure.facts().code().to_string(),
    };
    let data = serde_json::to_value(&scan.source).expect("the data is JSON");
    data["error"]["code"]
        .as_str()
        .unwrap_or_default()
        .to_owned()
}

/// The code of a project of one file.
fn code_of(text: String) -> String {
    code(&[("compose.yaml", text)])
}

/// Each level names the one before ten times.
fn laughs(levels: usize) -> String {
    let mut text = format!("{AIM}x-0: &x0 [a, a, a, a, a, a, a, a, a, a]\n");
    for level in 1..levels {
        let alias = format!("*x{}", level - 1);
        let all = vec![alias; 10].join(", ");
        writeln!(text, "x-{level}: &x{level} [{all}]").expect("text takes text");
    }
    text
}

#[test]
fn aliases_are_counted_before_they_are_followed() {
    assert_eq!(code_of(laughs(3)), "");
    assert_eq!(code_of(laughs(9)), "compose/too-large");
    assert_eq!(code_of(laughs(4000)), "compose/too-large");
}

#[test]
fn an_alias_of_what_it_stands_in_is_refused() {
    for text in ["x-a: &a [*a]\n", "x-a: &a {b: *a}\n", "x-a: &a {<<: *a}\n"] {
        assert_eq!(code_of(format!("{AIM}{text}")), "compose/yaml", "{text}");
    }
}

#[test]
fn depth_is_bounded() {
    let flow = |depth| format!("{AIM}x-a: {}{}\n", "[".repeat(depth), "]".repeat(depth));
    assert_eq!(code_of(flow(100)), "");
    for depth in [300, 1000, 500_000] {
        assert_ne!(code_of(flow(depth)), "", "{depth}");
    }
    let mut block = format!("{AIM}x-a:\n");
    for depth in 1..1000 {
        writeln!(block, "{}b:", " ".repeat(depth)).expect("text takes text");
    }
    assert_ne!(code_of(block), "");
    let mut through_aliases = format!("{AIM}x-0: &x0 [a]\n");
    for level in 1..400 {
        writeln!(through_aliases, "x-{level}: &x{level} [*x{}]", level - 1).expect("text");
    }
    assert_eq!(code_of(through_aliases), "compose/too-large");
}

#[test]
fn size_is_bounded() {
    let list = |count| format!("{AIM}x-a: [{}]\n", "0,".repeat(count));
    assert_eq!(code_of(list(150_000)), "");
    assert_eq!(code_of(list(250_000)), "compose/too-large");
    let comment = format!("{AIM}#{}\n", "x".repeat(4 * 1024 * 1024));
    assert_eq!(code_of(comment), "inputs/too-large");
}

#[test]
fn includes_are_bounded_in_number_and_depth() {
    let mut wide = vec![("compose.yaml".to_owned(), "include:\n".to_owned())];
    let mut deep = vec![("compose.yaml".to_owned(), "include: [f0.yaml]\n".to_owned())];
    for index in 0..300 {
        let name = format!("f{index}.yaml");
        writeln!(wide[0].1, "  - {name}").expect("text takes text");
        wide.push((
            name.clone(),
            format!("services: {{a{index}: {{image: a}}}}\n"),
        ));
        deep.push((name, format!("include: [f{}.yaml]\n", index + 1)));
    }
    for files in [wide, deep] {
        let files: Vec<_> = files
            .iter()
            .map(|(name, text)| (&**name, text.clone()))
            .collect();
        assert_eq!(code(&files), "compose/too-large");
    }
}

#[test]
fn a_chain_of_extends_is_bounded() {
    let chain = |length: usize| {
        let mut text = "services:\n  a0: {image: a}\n".to_owned();
        for index in 1..length {
            // The name sorts before those that it leads to, so that the whole chain is followed.
            let name = |index: usize| format!("a{}", 900 - index);
            let base = if index == 1 {
                "a0".to_owned()
            } else {
                name(index - 1)
            };
            writeln!(text, "  {}: {{extends: {base}}}", name(index)).expect("text takes text");
        }
        text
    };
    assert_eq!(code_of(chain(40)), "");
    assert_eq!(code_of(chain(100)), "compose/extends-cycle");
}

#[test]
fn what_variables_grow_to_is_bounded() {
    let mut doubling = "A0=aaaaaaaaaaaaaaaa\n".to_owned();
    for level in 1..40 {
        let before = level - 1;
        writeln!(doubling, "A{level}=${{A{before}}}${{A{before}}}").expect("text takes text");
    }
    let files = [("compose.yaml", AIM.to_owned()), (".env", doubling)];
    assert_eq!(code(&files), "compose/environment-file");
    let large = format!("A={}\n", "a".repeat(100_000));
    let one = format!("services: {{a: {{image: \"{}\"}}}}\n", "$A".repeat(20));
    let many = format!("{AIM}x-a: [{}]\n", "$A,".repeat(100));
    for text in [one, many] {
        let files = [("compose.yaml", text), (".env", large.clone())];
        assert_eq!(code(&files), "compose/too-large");
    }
}
