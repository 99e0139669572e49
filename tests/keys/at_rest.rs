//! The keyring at rest: permissions, and the passphrase.

use std::fs::{self, File, Permissions};
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::process::Stdio;

use crate::end::{End, Ends};
use crate::world::ended;

const PASSPHRASE: &str = "a dozen grey herons at dawn";

/// Makes a sealed keyring; the passphrase stands in `pass`.
fn sealed(ends: &Ends) -> End<'_> {
    fs::write(ends.path("pass"), format!("{PASSPHRASE}\nnot this line\n")).unwrap();
    let north = ends.bare("north");
    let words = ["keys", "new", "--role", "site", "--name", "north", "--seal"];
    let card = north
        .done(&[&words[..], &["--new-passphrase-file", "pass"]].concat())
        .out;
    fs::write(ends.path("north.card"), card).unwrap();
    north
}

#[test]
fn keys_that_others_can_read_are_refused() {
    let ends = Ends::new();
    let north = ends.make("site", "north");
    for (path, bad, good) in [
        (north.keyring(), 0o640, 0o600),
        (north.keyring(), 0o604, 0o600),
        (north.folder("keys"), 0o720, 0o700),
        (north.folder("keys"), 0o702, 0o700),
    ] {
        fs::set_permissions(&path, Permissions::from_mode(bad)).unwrap();
        for words in [&["keys", "list"][..], &["keys", "rotate"]] {
            assert_eq!(
                north.fails(words),
                (2, "seal/keys-exposed".to_owned()),
                "{bad:o}"
            );
        }
        fs::set_permissions(&path, Permissions::from_mode(good)).unwrap();
        north.done(&["keys", "list"]);
    }
}

#[test]
fn a_sealed_keyring_holds_nothing_in_the_open() {
    let ends = Ends::new();
    let north = sealed(&ends);
    let bytes = fs::read(north.keyring()).unwrap();
    assert!(bytes.starts_with(b"age-encryption.org/v1\n-> scrypt "));
    assert!(!bytes.windows(10).any(|window| window == b"AGE-SECRET"));
    let metadata = fs::metadata(north.keyring()).unwrap();
    assert_eq!(metadata.permissions().mode() & 0o777, 0o600);
}

#[test]
fn a_sealed_keyring_opens_by_file_and_by_descriptor() {
    let ends = Ends::new();
    let north = sealed(&ends);
    assert_eq!(
        north.fails(&["keys", "card"]),
        (2, "seal/keyring-sealed".to_owned())
    );
    let card = fs::read_to_string(ends.path("north.card")).unwrap();
    let with_file = north.done(&["keys", "card", "--passphrase-file", "pass"]);
    assert_eq!(with_file.out, card);
    let mut command = north.command(&["keys", "card"]);
    command.env("AIRLOCK_PASSPHRASE_FILE", ends.path("pass"));
    assert_eq!(ended(command.output().unwrap()).out, card);
    let mut command = north.command(&["keys", "card", "--passphrase-file", "/dev/stdin"]);
    command.stdin(Stdio::from(File::open(ends.path("pass")).unwrap()));
    assert_eq!(ended(command.output().unwrap()).out, card);
    fs::write(ends.path("wrong"), "another dozen grey herons").unwrap();
    let wrong = ["keys", "card", "--passphrase-file", "wrong"];
    assert_eq!(north.fails(&wrong), (4, "seal/wrong-passphrase".to_owned()));
    fs::write(ends.path("empty"), "\nsecond line").unwrap();
    // Stock age would take all of it, so a part of it is no passphrase.
    fs::write(ends.path("long"), "x".repeat(1025)).unwrap();
    for file in ["empty", "nowhere", "long"] {
        let words = ["keys", "card", "--passphrase-file", file];
        assert_eq!(north.fails(&words), (3, "cli/phrase-unreadable".to_owned()));
    }
}

#[test]
fn a_change_keeps_it_sealed_and_the_passphrase_comes_and_goes() {
    let ends = Ends::new();
    let north = sealed(&ends);
    let is_sealed = || {
        fs::read(north.keyring())
            .unwrap()
            .starts_with(b"age-encryption.org/")
    };
    north.done(&["keys", "rotate", "--passphrase-file", "pass"]);
    assert!(is_sealed());
    fs::write(ends.path("next"), "seven swans on the mere").unwrap();
    let change = [
        "keys",
        "passphrase",
        "--passphrase-file",
        "pass",
        "--new-passphrase-file",
        "next",
    ];
    north.done(&change);
    assert_eq!(
        north.fails(&change),
        (4, "seal/wrong-passphrase".to_owned())
    );
    fs::write(ends.path("short"), "swans").unwrap();
    let short = [
        "keys",
        "passphrase",
        "--passphrase-file",
        "next",
        "--new-passphrase-file",
        "short",
    ];
    assert_eq!(north.fails(&short), (2, "cli/new-passphrase".to_owned()));
    let asked = ["keys", "passphrase", "--passphrase-file", "next"];
    assert_eq!(north.fails(&asked), (2, "cli/new-passphrase".to_owned()));
    assert!(is_sealed());
    let remove = [
        "keys",
        "passphrase",
        "--remove",
        "--passphrase-file",
        "next",
    ];
    north.done(&remove);
    assert!(!is_sealed());
    assert_eq!(
        north.fails(&remove),
        (2, "seal/keyring-not-sealed".to_owned())
    );
    assert_eq!(north.states().len(), 2);
    let argument = north.run(&["keys", "card", "--passphrase", "x"]);
    assert_eq!(argument.code, Some(2), "a passphrase is no argument");
}

#[test]
fn sealed_keys_are_not_replaced_by_keys_in_the_open() {
    let ends = Ends::new();
    let north = sealed(&ends);
    let before = fs::read(north.keyring()).unwrap();
    for words in [
        &["keys", "new", "--replace", "--stdout"][..],
        &["keys", "new", "--replace", "--role", "site", "--name", "x"],
        &["keys", "enter", "--replace"],
    ] {
        assert_eq!(
            north.fails(words),
            (2, "seal/unseals".to_owned()),
            "{words:?}"
        );
    }
    assert_eq!(fs::read(north.keyring()).unwrap(), before);
    let phrase = ends.bare("other").done(&["keys", "new", "--stdout"]).out;
    let words = [
        "keys",
        "enter",
        "--replace",
        "--seal",
        "--new-passphrase-file",
        "pass",
    ];
    let entered = north.fed(&words, phrase.as_bytes());
    assert_eq!(entered.code, Some(0), "{}", entered.err);
    let bytes = fs::read(north.keyring()).unwrap();
    assert!(bytes != before && bytes.starts_with(b"age-encryption.org/"));
}

#[test]
fn two_changes_at_once_both_take_place() {
    let ends = Ends::new();
    let north = ends.make("site", "north");
    let stations: Vec<End<'_>> = (0..6)
        .map(|n| ends.make("station", &format!("station-{n}")))
        .collect();
    std::thread::scope(|scope| {
        for station in &stations {
            scope.spawn(|| north.trusts(station));
        }
    });
    assert_eq!(north.states().len(), 7);
}

#[test]
fn more_work_than_is_bearable_is_refused() {
    let ends = Ends::new();
    let north = sealed(&ends);
    let bytes = fs::read(north.keyring()).unwrap();
    let line = bytes.iter().position(|byte| *byte == b'\n').unwrap() + 1;
    let end = line
        + bytes[line..]
            .iter()
            .position(|byte| *byte == b'\n')
            .unwrap();
    let mut file = File::create(north.keyring()).unwrap();
    file.write_all(&bytes[..end - 2]).unwrap();
    file.write_all(b"30").unwrap();
    file.write_all(&bytes[end..]).unwrap();
    let words = ["keys", "card", "--passphrase-file", "pass"];
    assert_eq!(north.fails(&words), (2, "seal/keyring-work".to_owned()));
}
