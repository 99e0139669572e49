//! Pairing by a phrase, and `airlock inspect`.
use std::fs::{self, Permissions};
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// Runs airlock with a folder for keys and bytes on standard input.
fn airlock(keys: &Path, arguments: &[&str], input: &[u8]) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_airlock"))
        .args(arguments)
        .env("AIRLOCK_KEYS", keys)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // Where the command has ended before it read, it says why.
    drop(child.stdin.take().unwrap().write_all(input));
    child.wait_with_output().unwrap()
}

fn code(output: &Output) -> i32 {
    output.status.code().unwrap()
}

fn out(output: &Output) -> &str {
    std::str::from_utf8(&output.stdout).unwrap()
}

fn err(output: &Output) -> &str {
    std::str::from_utf8(&output.stderr).unwrap()
}

fn fingerprint(output: &Output) -> String {
    let line = err(output)
        .lines()
        .find(|line| line.starts_with("fingerprint"))
        .unwrap_or_else(|| panic!("{}", err(output)));
    line.split_whitespace().nth(1).unwrap().to_owned()
}

fn golden(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("golden/wire")
        .join(name)
}

/// A folder with the keys of the vectors.
fn golden_keys() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let keyring = folder.path().join("keyring.json");
    fs::copy(golden("keys/12/keyring.json"), &keyring).unwrap();
    fs::set_permissions(keyring, Permissions::from_mode(0o600)).unwrap();
    folder
}

#[test]
fn two_sides_pair_by_a_pipe_and_see_the_same_fingerprint() {
    let root = tempfile::tempdir().unwrap();
    for (count, flags) in [
        (12, &["--stdout"][..]),
        (24, &["--stdout", "--words", "24"]),
    ] {
        let [inside, outside] =
            ["inside", "outside"].map(|side| root.path().join(format!("{side}{count}")));
        let made = airlock(&inside, &[&["keys", "new"], flags].concat(), b"");
        assert_eq!(code(&made), 0, "{}", err(&made));
        let words: Vec<&str> = out(&made).split_whitespace().collect();
        assert_eq!(words.len(), count);
        assert_eq!(
            out(&made),
            format!("{}\n", words.join(" ")),
            "the phrase alone"
        );
        assert!(
            !err(&made).contains(&words.join(" ")),
            "nothing secret beside it"
        );
        let entered = airlock(&outside, &["keys", "enter"], &made.stdout);
        assert_eq!(code(&entered), 0, "{}", err(&entered));
        assert_eq!(out(&entered), "");
        assert_eq!(fingerprint(&entered), fingerprint(&made));
        for folder in [inside, outside] {
            let mode = |path: &Path| path.metadata().unwrap().permissions().mode() & 0o777;
            assert_eq!(mode(&folder), 0o700);
            assert_eq!(mode(&folder.join("keyring.json")), 0o600);
        }
    }
}

#[test]
fn a_phrase_is_not_printed_into_a_pipe_by_accident() {
    let keys = tempfile::tempdir().unwrap();
    let refused = airlock(keys.path(), &["keys", "new"], b"");
    assert_eq!(code(&refused), 2);
    assert!(err(&refused).contains("cli/not-a-terminal") && err(&refused).contains("--stdout"));
    assert_eq!(out(&refused), "");
    assert_eq!(fs::read_dir(keys.path()).unwrap().count(), 0);
}

#[test]
fn keys_are_replaced_only_when_that_was_asked_for() {
    let keys = golden_keys();
    let phrase = fs::File::open(golden("keys/24/phrase.txt")).unwrap();
    let phrase = std::io::read_to_string(phrase).unwrap();
    let now = || {
        fs::metadata(keys.path().join("keyring.json"))
            .unwrap()
            .modified()
            .unwrap()
    };
    let before = now();
    for arguments in [&["keys", "enter"][..], &["keys", "new", "--stdout"]] {
        let refused = airlock(keys.path(), arguments, phrase.as_bytes());
        assert_eq!(code(&refused), 2);
        assert!(err(&refused).contains("seal/keys-exist") && err(&refused).contains("--replace"));
        assert_eq!(out(&refused), "");
    }
    assert_eq!(now(), before);
    let replaced = airlock(
        keys.path(),
        &["keys", "enter", "--replace"],
        phrase.as_bytes(),
    );
    assert_eq!(code(&replaced), 0);
    assert_eq!(fingerprint(&replaced), "MBF3H-CYXXF-DVYE0-00FDP-F292K");
}

#[test]
fn each_mistake_in_a_phrase_is_named() {
    let keys = tempfile::tempdir().unwrap();
    let right = "abandon amount liar amount expire adjust cage candy arch gather drum buyer";
    for (typed, expected, says) in [
        (
            right.replace("liar", "lier"),
            "seal/phrase-unknown-word",
            "word 3",
        ),
        (
            right.replace("abandon amount", "amount abandon"),
            "seal/phrase-checksum",
            "checksum",
        ),
        (right.replace(" buyer", ""), "seal/phrase-word-count", "11"),
        (String::new(), "seal/phrase-word-count", "0"),
    ] {
        let refused = airlock(keys.path(), &["keys", "enter"], typed.as_bytes());
        assert_eq!(code(&refused), 4, "{}", err(&refused));
        assert!(err(&refused).contains(expected), "{}", err(&refused));
        assert!(err(&refused).contains(says), "{}", err(&refused));
        assert!(
            !err(&refused).contains("expire"),
            "the right words are not told"
        );
    }
    assert_eq!(fs::read_dir(keys.path()).unwrap().count(), 0);
}

#[test]
fn data_is_json_when_asked_for() {
    let keys = tempfile::tempdir().unwrap();
    let made = airlock(keys.path(), &["keys", "new", "--stdout", "--json"], b"");
    let json: serde_json::Value = serde_json::from_slice(&made.stdout).unwrap();
    assert_eq!(json["schema"], "airlock.keys.new/1");
    assert_eq!(json["phrase"].as_str().unwrap().split(' ').count(), 12);
    assert_eq!(err(&made), "");
    let phrase = json["phrase"].as_str().unwrap();
    let entered = airlock(
        keys.path(),
        &["keys", "enter", "--replace", "--json"],
        phrase.as_bytes(),
    );
    let again: serde_json::Value = serde_json::from_slice(&entered.stdout).unwrap();
    assert_eq!(again["fingerprint"], json["fingerprint"]);
}

#[test]
fn identities_are_exported_for_age() {
    let exported = airlock(golden_keys().path(), &["keys", "export", "--age"], b"");
    let expected = fs::File::open(golden("keys/12/identities.txt")).unwrap();
    assert_eq!(out(&exported), std::io::read_to_string(expected).unwrap());
    let none = airlock(Path::new("/nowhere"), &["keys", "export", "--age"], b"");
    assert_eq!(code(&none), 2);
    assert!(err(&none).contains("seal/no-keys") && err(&none).contains("airlock keys new"));
}

#[test]
fn an_envelope_is_shown_to_who_has_the_keys() {
    let keys = golden_keys();
    for (kind, says) in [
        ("request", "wants       2 blobs, 17 B"),
        ("bundle", "carries     4 blobs"),
        ("receipt", "bundles     "),
    ] {
        let file = golden(&format!("{kind}/sealed.age"));
        let shown = airlock(keys.path(), &["inspect", file.to_str().unwrap()], b"");
        assert_eq!(code(&shown), 0, "{}", err(&shown));
        assert!(
            err(&shown).starts_with(kind) && err(&shown).contains(says),
            "{}",
            err(&shown)
        );
        assert_eq!(out(&shown), "");
        let bytes = std::io::read_to_string(
            fs::File::open(golden(&format!("{kind}/transfer.json"))).unwrap(),
        );
        let json = airlock(
            keys.path(),
            &["inspect", "--json", file.to_str().unwrap()],
            b"",
        );
        let json: serde_json::Value = serde_json::from_slice(&json.stdout).unwrap();
        let said: serde_json::Value = serde_json::from_str(&bytes.unwrap()).unwrap();
        assert_eq!(json["transfer"], said);
    }
}

#[test]
fn an_envelope_is_read_from_standard_input_too() {
    let keys = golden_keys();
    let mut sealed = Vec::new();
    std::io::copy(
        &mut fs::File::open(golden("bundle/sealed.age")).unwrap(),
        &mut sealed,
    )
    .unwrap();
    let shown = airlock(keys.path(), &["inspect", "-"], &sealed);
    assert_eq!(code(&shown), 0, "{}", err(&shown));
    sealed.pop();
    let refused = airlock(keys.path(), &["inspect", "-"], &sealed);
    assert_eq!(code(&refused), 4, "{}", err(&refused));
    assert!(err(&refused).contains("seal/damaged"), "{}", err(&refused));
}

#[test]
fn what_is_no_envelope_is_refused_by_name() {
    let keys = golden_keys();
    for (file, expected, status) in [
        ("/nowhere/x.age".to_owned(), "cli/cannot-open", 3),
        (keys.path().display().to_string(), "cli/cannot-open", 3),
        (
            golden("nowhere.age").display().to_string(),
            "cli/cannot-open",
            3,
        ),
        (
            golden("request/transfer.json").display().to_string(),
            "seal/not-an-envelope",
            4,
        ),
    ] {
        let refused = airlock(keys.path(), &["inspect", &file], b"");
        assert_eq!(code(&refused), status, "{}", err(&refused));
        assert!(err(&refused).contains(expected), "{}", err(&refused));
    }
}
