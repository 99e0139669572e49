//! What a person is asked at a terminal, which `script` (util-linux) gives the program.

use std::io::{Read as _, Write as _};
use std::process::{Command, Stdio};
use std::time::Duration;

use crate::end::{End, Ends};
use crate::world::Ended;

/// How the prompts end.
const CONFIRM: &str = "[y/N] ";
const NEW: &str = "new passphrase (not shown): ";
const AGAIN: &str = "once more: ";
const OPEN: &str = "keyring.json (not shown): ";

/// Runs airlock at a terminal and types a line at each prompt; returns what the terminal showed.
fn typed(end: &End<'_>, words: &str, answers: &[(&str, &str)]) -> Ended {
    let airlock = env!("CARGO_BIN_EXE_airlock");
    let mut child = Command::new("script")
        .args(["-qec", &format!("'{airlock}' {words}"), "/dev/null"])
        .current_dir(end.folder("keys").parent().unwrap())
        .env("AIRLOCK_KEYS", end.folder("keys"))
        .env("SHELL", "/bin/sh")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let (mut input, mut output) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
    let mut shown = Vec::new();
    for (prompt, line) in answers {
        let from = shown.len();
        while !contains(&shown[from..], prompt) {
            let mut byte = [0];
            if output.read(&mut byte).unwrap() == 0 {
                break;
            }
            shown.push(byte[0]);
        }
        // The prompt is out before the echo is off.
        std::thread::sleep(Duration::from_millis(300));
        drop(input.write_all(format!("{line}\n").as_bytes()));
    }
    std::io::copy(&mut output, &mut shown).unwrap();
    drop(input);
    Ended {
        code: child.wait().unwrap().code(),
        out: String::from_utf8_lossy(&shown).into_owned(),
        err: String::new(),
    }
}

fn contains(bytes: &[u8], text: &str) -> bool {
    bytes
        .windows(text.len())
        .any(|window| window == text.as_bytes())
}

#[test]
fn a_fingerprint_is_confirmed_by_a_person() {
    let ends = Ends::new();
    let north = ends.make("site", "north");
    ends.make("station", "alpha");
    for answer in ["n", "", "maybe"] {
        let refused = typed(&north, "keys trust alpha.card", &[(CONFIRM, answer)]);
        assert_eq!(refused.code, Some(4), "{}", refused.out);
        assert!(refused.out.contains("cli/not-confirmed"), "{}", refused.out);
        assert_eq!(north.states().len(), 1);
    }
    let trusted = typed(&north, "keys trust alpha.card", &[(CONFIRM, "y")]);
    assert_eq!(trusted.code, Some(0), "{}", trusted.out);
    let fingerprint = north.done(&["keys", "show", "alpha", "--fingerprint"]).out;
    assert!(trusted.out.contains(fingerprint.trim()), "{}", trusted.out);
}

#[test]
fn a_passphrase_is_asked_for_and_not_shown() {
    let ends = Ends::new();
    let north = ends.make("site", "north");
    let secret = "seven swans on the mere";
    let other = "eight swans on the mere";
    let differ = typed(&north, "keys passphrase", &[(NEW, secret), (AGAIN, other)]);
    assert!(differ.out.contains("cli/new-passphrase"), "{}", differ.out);
    let sealed = typed(&north, "keys passphrase", &[(NEW, secret), (AGAIN, secret)]);
    assert_eq!(sealed.code, Some(0), "{}", sealed.out);
    let opened = typed(&north, "keys list", &[(OPEN, secret)]);
    assert_eq!(opened.code, Some(0), "{}", opened.out);
    for shown in [&differ.out, &sealed.out, &opened.out] {
        assert!(!shown.contains("swans"), "{shown}");
    }
    let wrong = typed(&north, "keys list", &[(OPEN, other)]);
    assert!(wrong.out.contains("seal/wrong-passphrase"), "{}", wrong.out);
}
