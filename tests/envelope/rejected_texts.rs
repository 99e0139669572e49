//! Texts of `transfer.json` that must be refused: the valid vectors, each with one change.

use airlock::diagnostic::Diagnose as _;
use airlock::wire::Transfer;

use crate::golden::{self, code_in, rejected};

/// A change that has its own code.
struct Change {
    code: &'static str,
    what: &'static str,
    /// Which valid vector.
    of: &'static str,
    /// The text that is replaced, once, and by what.
    replace: (&'static str, &'static str),
}

/// Names a change in one line.
const fn change(
    code: &'static str,
    what: &'static str,
    of: &'static str,
    replace: (&'static str, &'static str),
) -> Change {
    Change {
        code,
        what,
        of,
        replace,
    }
}

const SEQ: &str = r#""seq":3"#;
const NOT_CANONICAL: &str = "wire/not-canonical";
const NEWER: &str = "wire/newer";
const MISSING: &str = "wire/missing-field";
const BAD: &str = "wire/bad-field";
const LIMIT: &str = "wire/limit";

const CHANGES: &[Change] = &[
    change(NOT_CANONICAL, "white-space", "request", (":1,", ": 1,")),
    change(
        NOT_CANONICAL,
        "byte-order-mark",
        "request",
        (r#"{"accept""#, "\u{feff}{\"accept\""),
    ),
    change(NOT_CANONICAL, "null", "request", (SEQ, r#""seq":null"#)),
    change(
        NOT_CANONICAL,
        "keys-not-sorted",
        "receipt",
        (r#""count":0,"head""#, r#""head":0,"count""#),
    ),
    change(
        NOT_CANONICAL,
        "key-twice",
        "request",
        (SEQ, r#""seq":3,"seq":3"#),
    ),
    change(
        NOT_CANONICAL,
        "set-not-sorted",
        "request",
        (r#""raw","zstd""#, r#""zstd","raw""#),
    ),
    change(
        NOT_CANONICAL,
        "set-with-repetition",
        "request",
        (r#""raw","#, r#""raw","raw","#),
    ),
    change(
        NOT_CANONICAL,
        "leading-zero",
        "request",
        (SEQ, r#""seq":03"#),
    ),
    change(
        NOT_CANONICAL,
        "needless-escape",
        "request",
        ("linux/amd64", r"linux\/amd64"),
    ),
    change(
        NOT_CANONICAL,
        "not-ascii",
        "bundle",
        ("no such", "no s\u{fc}ch"),
    ),
    change(
        NOT_CANONICAL,
        "platform-alias",
        "request",
        ("linux/amd64", "linux/x86_64"),
    ),
    change(
        NEWER,
        "format-2",
        "request",
        (r#""format":1"#, r#""format":2"#),
    ),
    change(
        NEWER,
        "kind",
        "request",
        (r#""kind":"request""#, r#""kind":"query""#),
    ),
    change(
        NEWER,
        "key",
        "receipt",
        (r#""site""#, r#""shape":1,"site""#),
    ),
    change(
        NEWER,
        "encoding",
        "bundle",
        (r#""encoding":"zstd""#, r#""encoding":"rebuilt""#),
    ),
    change(
        NEWER,
        "base",
        "bundle",
        (r#""bases":[]"#, r#""bases":["x"]"#),
    ),
    change(
        NEWER,
        "parameter",
        "bundle",
        (r#""params":{}"#, r#""params":{"a":1}"#),
    ),
    change(MISSING, "format", "request", (r#""format":1,"#, "")),
    change(MISSING, "seq", "request", (r#""seq":3,"#, "")),
    change(
        BAD,
        "answers-and-serial",
        "bundle",
        (r#","site""#, r#","serial":1,"site""#),
    ),
    change(BAD, "neither-answers-nor-serial", "bundle", (ANSWERS, "{")),
    change(
        BAD,
        "digest",
        "request",
        (r#""lock":"sha256:"#, r#""lock":"md5:"#),
    ),
    change(BAD, "no-recipient", "request", (TO, r#""to":[]"#)),
    change(BAD, "raw-not-accepted", "request", (r#""raw","#, "")),
    change(
        BAD,
        "reference-not-canonical",
        "request",
        ("docker.io/library/alpine:3", "alpine:3"),
    ),
    change(BAD, "base-of-two-sizes", "request", (BASE, BASE_TWICE)),
    change(BAD, "path", "bundle", ("encoded/0", "encoded/1")),
    change(
        BAD,
        "path-outside",
        "bundle",
        (r#""path":"index.json""#, r#""path":"../index.json""#),
    ),
    change(
        BAD,
        "oci-layout",
        "bundle",
        (r#"ize":30,"size":30"#, r#"ize":31,"size":31"#),
    ),
    change(
        BAD,
        "raw-payload-differs",
        "bundle",
        (r#""payload_size":19"#, r#""payload_size":20"#),
    ),
    change(
        BAD,
        "outcome",
        "receipt",
        (r#""outcome":"part""#, r#""outcome":"lost""#),
    ),
    change(
        LIMIT,
        "integer",
        "request",
        (SEQ, r#""seq":9007199254740992"#),
    ),
    change(
        LIMIT,
        "blob",
        "request",
        (r#""size":7"#, r#""size":1099511627777"#),
    ),
];

/// How the bundle of the vectors begins.
const ANSWERS: &str =
    r#"{"answers":"e05da7415785d85884c1170fc1d7b1a0b87056a90a312c3c2957ed0eba9571be","#;
/// Whom the request of the vectors is for.
const TO: &str = r#""to":["e2292039f883a18859452129c4a140d3"]"#;
/// How the first base in the request of the vectors ends.
const BASE: &str = r#""size":6}],"digest""#;
/// The same base once more, with another size.
const BASE_TWICE: &str = concat!(
    r#""size":6},{"digest":"sha256:de94fbefc82fd17fe85b6d2d9c0dcfa6b80e2509f4a0a4d21d347ad02e9cb0b2","#,
    r#""size":7}],"digest""#
);

impl Change {
    fn text(&self) -> String {
        let valid = golden::read(&format!("{}/transfer.json", self.of));
        let valid = String::from_utf8(valid).unwrap();
        let (from, to) = self.replace;
        assert!(valid.contains(from), "{}: {from}", self.what);
        valid.replacen(from, to, 1)
    }
}

/// How the resolution of the vectors ends.
const SIZE_19: &str = r#""size":19}],"site""#;

/// The bundle of the vectors with a second resolution behind the first, of another digest.
fn resolutions(bundle: &str, name: &str) -> String {
    let digest = "0".repeat(64);
    let media_type = "application/vnd.oci.image.manifest.v1+json";
    let second = format!(
        r#""size":19}},{{"digest":"sha256:{digest}","media_type":"{media_type}","reference":"reg.lan:5000/app/{name}",{SIZE_19}"#
    );
    assert!(bundle.contains(SIZE_19));
    bundle.replacen(SIZE_19, &second, 1)
}

/// Texts that no replacement makes.
fn others() -> Vec<(&'static str, &'static str, String)> {
    let text = |of: &str| String::from_utf8(golden::read(&format!("{of}/transfer.json"))).unwrap();
    vec![
        (NOT_CANONICAL, "empty", String::new()),
        (
            NOT_CANONICAL,
            "final-newline",
            format!("{}\n", text("request")),
        ),
        (
            NOT_CANONICAL,
            "resolution-twice",
            resolutions(&text("bundle"), "web:2"),
        ),
        (
            NOT_CANONICAL,
            "resolutions-not-sorted",
            resolutions(&text("bundle"), "api:2"),
        ),
        (
            NEWER,
            "resolution-key",
            text("bundle").replacen(SIZE_19, r#""shiny":1,"size":19}],"site""#, 1),
        ),
        (
            MISSING,
            "resolution-size",
            text("bundle").replacen(&format!(",{SIZE_19}"), r#"}],"site""#, 1),
        ),
        (
            LIMIT,
            "string",
            text("bundle").replacen("no such", &"x".repeat(4097), 1),
        ),
    ]
}

#[test]
fn rejected_texts_are_refused_with_the_code_in_their_name() {
    let changed = CHANGES
        .iter()
        .map(|change| (change.code, change.what, change.text()));
    let texts: Vec<_> = changed.chain(others()).collect();
    for (code, what, text) in &texts {
        golden::same(&rejected(code, what, "json"), text.as_bytes());
    }
    let names = golden::list("rejected", ".json");
    assert_eq!(names.len(), texts.len());
    for name in names {
        let text = golden::read(&format!("rejected/{name}"));
        let error = Transfer::parse(&text).expect_err(&name);
        assert_eq!(error.code().as_str(), code_in(&name), "{name}: {error}");
    }
}
