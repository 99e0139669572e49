//! The vectors of `golden/lock/`: each folder has `input.lock`, and `output.lock` or `error.txt`.
//!
//! `SNAPSHOTS=overwrite` writes what is expected; review the difference before it is committed.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use lock_format::{LockError, Lockfile, Span};
use snapbox::{Assert, Data};

fn cases() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../golden/lock");
    let entries = fs::read_dir(root).expect("the vectors are there");
    let mut cases: Vec<PathBuf> = entries
        .map(|entry| entry.expect("a folder").path())
        .collect();
    cases.sort();
    cases
}

/// Reads a file of a case.
fn read(path: &Path) -> Vec<u8> {
    #[expect(clippy::disallowed_methods, reason = "our own vectors")]
    fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Compares with a file byte by byte.
fn compare(found: String, file: &Path) {
    let assert = Assert::new().action_env("SNAPSHOTS");
    assert.eq(Data::text(found).raw(), Data::read_from(file, None).raw());
}

fn describe(error: &LockError) -> String {
    let kind = if error.is_newer() { "newer" } else { "broken" };
    let mut out = format!("{kind}: {error}\n");
    if let Some(position) = error.position() {
        let span = error.span().expect("a position has a span");
        let length = span.len();
        let (line, column) = (position.line, position.column);
        writeln!(out, "at line {line}, column {column}, {length} bytes")
            .expect("a string takes it");
    }
    if let Some(help) = error.help() {
        writeln!(out, "help: {help}").expect("a string takes it");
    }
    out
}

#[test]
fn every_vector_is_read_as_expected() {
    let cases = cases();
    assert!(cases.len() > 50, "the vectors were found");
    for case in cases {
        let bytes = read(&case.join("input.lock"));
        let (output, error) = (case.join("output.lock"), case.join("error.txt"));
        assert!(
            output.exists() != error.exists(),
            "{}: one expectation",
            case.display()
        );
        match Lockfile::parse_bytes(&bytes) {
            Ok(parsed) => {
                assert!(output.exists(), "{} must be rejected", case.display());
                let text = parsed.lockfile.to_text();
                assert_eq!(parsed.canonical && !parsed.crlf, text.as_bytes() == bytes);
                compare(text, &output);
            }
            Err(found) => {
                assert!(
                    error.exists(),
                    "{} must be accepted: {found}",
                    case.display()
                );
                compare(describe(&found), &error);
            }
        }
    }
}

#[test]
fn what_is_written_is_read_back_as_the_same_lock() {
    for case in cases() {
        let output = case.join("output.lock");
        if !output.exists() {
            continue;
        }
        let text = read(&output);
        let parsed = Lockfile::parse_bytes(&text).expect("what is written is a lock");
        assert!(parsed.canonical && !parsed.crlf, "{}", case.display());
        let (sources, images) = parsed.lockfile.clone().into_parts();
        assert_eq!(
            Lockfile::new(sources, images).as_ref(),
            Ok(&parsed.lockfile)
        );
    }
}

#[test]
fn line_ends_are_told_and_do_not_change_the_lock() {
    let parse = |name: &str| {
        let case = cases().into_iter().find(|case| case.ends_with(name));
        let path = case.expect("the case is there").join("input.lock");
        Lockfile::parse_bytes(&read(&path)).expect("it is accepted")
    };
    let crlf = parse("crlf");
    assert!(crlf.crlf && crlf.canonical);
    let unordered = parse("unordered");
    assert!(!unordered.crlf && !unordered.canonical);
}

#[test]
fn places_follow_the_canonical_order_and_not_that_of_the_text() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../golden/lock/unordered");
    let bytes = read(&root.join("input.lock"));
    let parsed = Lockfile::parse_bytes(&bytes).expect("it is accepted");
    let shown = |span: &Span| String::from_utf8_lossy(&bytes[span.start..span.end]).into_owned();
    let sources: Vec<String> = parsed.sources.iter().map(shown).collect();
    assert_eq!(sources, ["\"Dockerfile\"", "\"b/Dockerfile\""]);
    let images = parsed.images.iter().map(|image| shown(&image.reference));
    let images: Vec<String> = images.collect();
    assert_eq!(
        images,
        [
            "\"docker.io/library/alpine:3.20\"",
            "\"reg.lan:5000/acme/later:2\""
        ]
    );
    let platforms: Vec<String> = parsed.images[0].platforms.iter().map(shown).collect();
    assert_eq!(platforms, ["\"linux/amd64\"", "\"linux/arm64\""]);
}
