//! Identities that are elsewhere: an identity file, and a plugin that stands for a hardware token.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use age::secrecy::ExposeSecret as _;
use airlock::seal::Card;

use crate::end::{End, Ends};
use crate::world::{Ended, ended};

/// A plugin in the shell. It speaks age-plugin's identity machine (C2SP `age-plugin`): it counts how
/// often it is asked, unwraps nothing itself, and answers with the file key it is told, or an error.
const PLUGIN: &str = r#"#!/bin/sh
[ "$1" = --age-plugin=identity-v1 ] || exit 1
echo asked >> "$TOKEN_FOLDER/asked"
while read -r line; do
    case "$line" in
        "-> done"*) read -r _; break ;;
    esac
done
if [ -e "$TOKEN_FOLDER/key" ]; then
    printf -- '-> file-key 0\n%s\n' "$(cat "$TOKEN_FOLDER/key")"
else
    printf -- '-> error identity 0\n%s\n' "bm8gdG9rZW4"
fi
read -r _; read -r _
printf -- '-> done\n\n'
"#;

/// Writes a file for its owner alone.
fn private(path: &Path, text: &str, mode: u32) {
    fs::write(path, text).unwrap();
    fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
}

/// A site whose age identity is elsewhere, a station, and a bundle from that to it.
fn token_world(ends: &Ends) -> (End<'_>, String) {
    let identity = age::x25519::Identity::generate();
    let recipient = identity.to_public().to_string();
    let north = ends.bare("north");
    let words = [
        "keys", "new", "--role", "site", "--name", "north", "--token", &recipient,
    ];
    let card = north.done(&words).out;
    assert_eq!(Card::parse(card.as_bytes()).unwrap().age(), recipient);
    fs::write(ends.path("north.card"), card).unwrap();
    let alpha = ends.make("station", "alpha");
    alpha.trusts(&north);
    north.trusts(&alpha);
    ends.lock("one");
    north.asks("one.age", &[]);
    alpha.answers("one.age", "one.bundle", &[]);
    (north, identity.to_string().expose_secret().to_owned())
}

#[test]
fn an_identity_file_opens_what_the_keyring_cannot() {
    let ends = Ends::new();
    let (north, identity) = token_world(&ends);
    let keyring = fs::read_to_string(north.keyring()).unwrap();
    assert!(
        !keyring.contains("AGE-SECRET-KEY"),
        "the identity is elsewhere"
    );
    assert!(north.done(&["keys", "list"]).err.contains("elsewhere"));
    assert!(
        !north
            .done(&["keys", "export", "--age"])
            .out
            .contains("\nage1")
    );
    north.refuses(&["apply", "one.bundle"], "seal/wrong-key");
    let file = ends.path("identities");
    private(&file, &format!("# mine\n{identity}\n"), 0o600);
    let mut command = north.command(&["inspect", "one.bundle"]);
    command.env("AIRLOCK_IDENTITY_FILE", &file);
    assert_eq!(ended(command.output().unwrap()).code, Some(0));
    north.done(&["apply", "one.bundle", "--identity-file", "identities"]);
}

#[test]
fn an_identity_file_that_is_none_or_open_to_others_is_refused() {
    let ends = Ends::new();
    let (north, identity) = token_world(&ends);
    let file = ends.path("identities");
    for (text, mode, expected) in [
        (identity.as_str(), 0o644, (2, "seal/keys-exposed")),
        ("# nothing", 0o600, (2, "seal/identity-file")),
        ("AGE-SECRET-KEY-1", 0o600, (2, "seal/identity-file")),
        ("\u{1b}]0;x", 0o600, (2, "seal/identity-file")),
    ] {
        private(&file, text, mode);
        let words = ["inspect", "one.bundle", "--identity-file", "identities"];
        let (status, code) = north.fails(&words);
        assert_eq!((status, code.as_str()), expected, "{text:?}");
    }
    let none = north.fails(&["inspect", "one.bundle", "--identity-file", "nowhere"]);
    assert_eq!(none, (3, "seal/key-file".to_owned()));
    let token = [
        "keys",
        "new",
        "--replace",
        "--role",
        "site",
        "--name",
        "x",
        "--token",
        "age1x",
    ];
    assert_eq!(north.fails(&token), (2, "seal/not-a-recipient".to_owned()));
}

#[test]
fn an_identity_does_not_make_an_envelope_ones_own() {
    let ends = Ends::new();
    let (_, identity) = token_world(&ends);
    let south = ends.make("site", "south");
    private(&ends.path("identities"), &identity, 0o600);
    let alpha = ends.bare("alpha");
    south.trusts(&alpha);
    let words = ["inspect", "one.bundle", "--identity-file", "identities"];
    assert_eq!(south.fails(&words), (4, "transfer/not-for-me".to_owned()));
}

/// Runs a command with the plugin in `PATH` and its identity in a file.
fn with_plugin(ends: &Ends, end: &End<'_>, words: &[&str]) -> Ended {
    let mut command = end.command(words);
    command
        .env(
            "PATH",
            format!("{}:/usr/bin:/bin", ends.path("bin").display()),
        )
        .env("TOKEN_FOLDER", ends.path("token"))
        .env("AIRLOCK_IDENTITY_FILE", ends.path("identities"));
    ended(command.output().unwrap())
}

/// Installs the plugin; its identity is `AGE-PLUGIN-FAKE-1…`.
fn install(ends: &Ends) {
    for folder in ["bin", "token"] {
        fs::create_dir(ends.path(folder)).unwrap();
    }
    private(&ends.path("bin/age-plugin-fake"), PLUGIN, 0o700);
    let hrp = bech32::Hrp::parse("age-plugin-fake-").unwrap();
    let identity = bech32::encode_upper::<bech32::Bech32>(hrp, b"slot 1").unwrap();
    private(&ends.path("identities"), &identity, 0o600);
}

/// Unwraps the file key of a sealed file, as the token would.
fn file_key(sealed: &[u8], identity: &str) -> String {
    use age::Identity as _;
    use base64::Engine as _;
    let text = String::from_utf8_lossy(sealed).into_owned();
    let engine = base64::engine::general_purpose::STANDARD_NO_PAD;
    let identity: age::x25519::Identity = identity.parse().unwrap();
    let mut lines = text.lines().skip(1);
    while let Some(line) = lines.next() {
        let Some(rest) = line.strip_prefix("-> X25519 ") else {
            continue;
        };
        let stanza = age_core::format::Stanza {
            tag: "X25519".to_owned(),
            args: vec![rest.to_owned()],
            body: engine.decode(lines.next().unwrap()).unwrap(),
        };
        if let Some(Ok(key)) = identity.unwrap_stanza(&stanza) {
            return engine.encode(key.expose_secret());
        }
    }
    panic!("not sealed to it");
}

#[test]
fn a_plugin_opens_and_is_asked_once_for_a_file() {
    let ends = Ends::new();
    let (north, identity) = token_world(&ends);
    install(&ends);
    let absent = with_plugin(&ends, &north, &["--json", "apply", "one.bundle"]);
    assert_eq!(absent.code, Some(3), "{}", absent.err);
    assert!(
        absent.err.contains("seal/plugin") && absent.err.contains("no token"),
        "{}",
        absent.err
    );
    fs::remove_file(ends.path("token/asked")).unwrap();
    let key = file_key(&fs::read(ends.path("one.bundle")).unwrap(), &identity);
    fs::write(ends.path("token/key"), key).unwrap();
    let applied = with_plugin(&ends, &north, &["apply", "one.bundle"]);
    assert_eq!(applied.code, Some(0), "{}", applied.err);
    let asked = fs::read_to_string(ends.path("token/asked")).unwrap();
    assert_eq!(
        asked, "asked\n",
        "a touch for each file, not for each reader"
    );
}

#[test]
fn a_plugin_that_lies_or_is_missing_opens_nothing() {
    let ends = Ends::new();
    let (north, _) = token_world(&ends);
    install(&ends);
    fs::write(ends.path("token/key"), "AAAAAAAAAAAAAAAAAAAAAA").unwrap();
    let lied = with_plugin(&ends, &north, &["--json", "apply", "one.bundle"]);
    assert!(lied.err.contains("seal/wrong-key"), "{}", lied.err);
    fs::remove_file(ends.path("bin/age-plugin-fake")).unwrap();
    let missing = with_plugin(&ends, &north, &["--json", "apply", "one.bundle"]);
    assert_eq!(missing.code, Some(3), "{}", missing.err);
    assert!(missing.err.contains("seal/plugin"), "{}", missing.err);
}
