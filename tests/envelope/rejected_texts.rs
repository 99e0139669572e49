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
    change(NOT_CANONICAL, "float", "request", (SEQ, r#""seq":3.0"#)),
    change(NOT_CANONICAL, "exponent", "request", (SEQ, r#""seq":3e0"#)),
    change(NOT_CANONICAL, "negative", "request", (SEQ, r#""seq":-3"#)),
    change(
        NOT_CANONICAL,
        "upper-case-key",
        "request",
        (SEQ, r#""Seq":3"#),
    ),
    change(
        NOT_CANONICAL,
        "unicode-escape",
        "bundle",
        ("no such", r"no \u0073uch"),
    ),
    change(
        NOT_CANONICAL,
        "control-character",
        "bundle",
        ("no such", "no\u{7f}such"),
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
    change(
        NEWER,
        "entry-key",
        "bundle",
        (r#""params":{}"#, r#""pace":1,"params":{}"#),
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
    change(BAD, "site", "request", (r#""site":"51"#, r#""site":"5"#)),
    change(
        BAD,
        "kid-upper-case",
        "request",
        (r#""from":"e2"#, r#""from":"E2"#),
    ),
    change(BAD, "no-platform", "request", (PLATFORMS, "[]")),
    change(
        BAD,
        "no-image",
        "request",
        (r#"["docker.io/library/alpine:latest"]"#, "[]"),
    ),
    change(
        BAD,
        "missing-of-two",
        "bundle",
        (
            r#""reference":"reg.lan:5000/app/db:1""#,
            concat!(
                r#""digest":"sha256:283bb9deef02e6843abfb538efa1eca70801bd8a701c3f98191e123496339247","#,
                r#""reference":"reg.lan:5000/app/db:1""#
            ),
        ),
    ),
    change(
        BAD,
        "missing-of-nothing",
        "bundle",
        (r#""reference":"reg.lan:5000/app/db:1","#, ""),
    ),
    change(
        BAD,
        "index-json-encoded",
        "bundle",
        (
            r#""encoding":"raw","params":{},"path":"index.json""#,
            r#""encoding":"zstd","params":{},"path":"index.json""#,
        ),
    ),
    change(
        BAD,
        "volume-payload",
        "bundle",
        (
            r#""to":["911094ec4c81c9b4776b1b71eaf04376"]"#,
            r#""to":["911094ec4c81c9b4776b1b71eaf04376"],"volume_payload":65535"#,
        ),
    ),
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
        "index-json",
        "bundle",
        (
            r#""payload_size":323,"size":323"#,
            r#""payload_size":4194305,"size":4194305"#,
        ),
    ),
    change(
        LIMIT,
        "resolution",
        "bundle",
        (SIZE_19, r#""size":1099511627777}],"site""#),
    ),
    change(
        LIMIT,
        "volume-payload",
        "bundle",
        (
            r#""to":["911094ec4c81c9b4776b1b71eaf04376"]"#,
            r#""to":["911094ec4c81c9b4776b1b71eaf04376"],"volume_payload":17592186044417"#,
        ),
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
/// The platforms of the pending reference.
const PLATFORMS: &str = r#"["linux/amd64","linux/arm64"]"#;
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

/// A list of JSON strings.
fn list(texts: impl Iterator<Item = String>) -> String {
    let texts: Vec<String> = texts.map(|text| format!("\"{text}\"")).collect();
    format!("[{}]", texts.join(","))
}

/// Swaps the two objects of an array, which begin and after which the text goes on so.
fn swapped(text: &str, first: &str, behind: &str) -> String {
    let start = text.find(first).unwrap();
    let second = start + 1 + text[start + 1..].find(first).unwrap();
    let end = second + text[second..].find(behind).unwrap();
    let (one, two) = (&text[start..second - 1], &text[second..end]);
    format!("{}{two},{one}{}", &text[..start], &text[end..])
}

/// The bundle of the vectors with its last entry listed once more.
fn listed_twice(bundle: &str) -> String {
    let start = bundle.rfind(r#"{"bases":[]"#).unwrap();
    let end = start + bundle[start..].find("}]").unwrap() + 1;
    let entry = &bundle[start..end];
    format!("{}{entry},{}", &bundle[..start], &bundle[start..])
}

/// The bundle of the vectors with `oci-layout` as its only entry.
fn without_index(bundle: &str) -> String {
    let start = bundle.find("},{").unwrap() + 1;
    let end = bundle.find("}],\"format\"").unwrap() + 1;
    format!("{}{}", &bundle[..start], &bundle[end..])
}

/// Texts with more of something than there may be.
fn too_many() -> Vec<(&'static str, &'static str, String)> {
    let text = String::from_utf8(golden::read("request/transfer.json")).unwrap();
    vec![
        (
            LIMIT,
            "recipients",
            text.replacen(
                TO,
                &format!(r#""to":{}"#, list((0..33).map(|n| format!("{n:032x}")))),
                1,
            ),
        ),
        (
            LIMIT,
            "encodings",
            text.replacen(
                r#"["raw","zstd"]"#,
                &list(
                    (0..256)
                        .map(|n| format!("e{n:03}"))
                        .chain(["raw".to_owned()]),
                ),
                1,
            ),
        ),
        (
            LIMIT,
            "platforms",
            text.replacen(
                PLATFORMS,
                &list((0..65).map(|n| format!("linux/a{n:02}"))),
                1,
            ),
        ),
        (
            LIMIT,
            "reference",
            text.replacen(
                "reg.lan:5000/app/web:2",
                &format!(
                    "reg.lan:5000/{}:{}@sha512:{}",
                    "w".repeat(242),
                    "t".repeat(128),
                    "0".repeat(128)
                ),
                1,
            ),
        ),
        (
            LIMIT,
            "depth",
            text.replacen(
                r#""site""#,
                &format!(r#""shape":{}{},"site""#, "[".repeat(33), "]".repeat(33)),
                1,
            ),
        ),
    ]
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
            "two-values",
            format!("{}{{}}", text("request")),
        ),
        (
            NOT_CANONICAL,
            "wants-not-sorted",
            swapped(&(text("request") + "\n"), r#"{"bases":[{"#, "]}\n")
                .trim_end()
                .to_owned(),
        ),
        (
            NOT_CANONICAL,
            "missing-not-sorted",
            swapped(&text("bundle"), r#"{"code":"#, "],\"resolutions\""),
        ),
        (
            "wire/duplicate-entry",
            "digest-twice",
            listed_twice(&text("bundle")),
        ),
        (MISSING, "index-json", without_index(&text("bundle"))),
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
    let texts: Vec<_> = changed.chain(others()).chain(too_many()).collect();
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
