//! The documentation lists every flag of the commands it is about.

use std::collections::BTreeSet;
use std::process::Command;

use super::site::Site;

/// The long flags of a command that not every command has.
fn flags(command: &[&str]) -> BTreeSet<String> {
    let help = |words: &[&str]| {
        let program = env!("CARGO_BIN_EXE_airlock");
        let output = Command::new(program).args(words).arg("--help").output();
        String::from_utf8(output.unwrap().stdout).unwrap()
    };
    let of = |text: String| -> BTreeSet<String> {
        let lines = text.lines().map(str::trim_start);
        let flags = lines.filter(|line| line.starts_with('-'));
        flags
            .flat_map(|line| line.split([' ', ',']).map(str::to_owned))
            .filter(|word| word.starts_with("--"))
            .collect()
    };
    let everywhere = of(help(&["version"]))
        .union(&of(help(&["completions"])))
        .cloned()
        .collect();
    of(help(command)).difference(&everywhere).cloned().collect()
}

#[test]
fn every_flag_is_documented() {
    let page = include_str!("../../docs/serving.md");
    let commands: [&[&str]; 5] = [
        &["serve"],
        &["tls", "init"],
        &["token", "add"],
        &["token", "list"],
        &["token", "revoke"],
    ];
    for command in commands {
        let flags = flags(command);
        assert!(!flags.is_empty(), "{command:?} has flags");
        for flag in flags {
            let row = page
                .lines()
                .any(|line| line.starts_with(&format!("| `{flag}")));
            assert!(row, "{command:?} {flag} has no row");
        }
    }
}

#[test]
fn nothing_but_the_registry_is_listened_on_unasked() {
    let site = Site::new();
    site.publish("alpine:3.20", b"{}", &[]);
    let program = site.serve(None, &[]);
    program.still_serves();
    let log = program.log.lock().unwrap();
    let listening: Vec<_> = log
        .iter()
        .filter(|entry| entry["event"] == "listening")
        .map(|entry| entry["counters"].clone())
        .collect();
    assert_eq!(listening, [false]);
}
