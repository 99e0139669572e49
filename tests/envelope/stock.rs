//! Stock age, tar and openssl open what we make, and make what we open, by the commands of the
//! specification (section 16).

#![expect(
    clippy::disallowed_methods,
    reason = "a test writes and reads its own files"
)]

use std::fs;
use std::path::Path;
use std::process::Command;

use airlock::wire::{Kind, Transfer};

use crate::fixture::{keyring, long_bundle, open_whole, payload_of, seal_bundle};
use crate::forge::{Forger, parts_of};
use crate::golden;
use crate::vectors::vector_bundle;

/// Returns a block of commands of the specification, by what it begins with.
fn block(begins: &str) -> String {
    let page = include_str!("../../docs/transfer-format.md");
    let blocks = page.split("```sh\n").skip(1);
    let mut blocks = blocks.map(|block| block.split("```").next().unwrap());
    blocks
        .find(|block| block.starts_with(begins))
        .unwrap()
        .to_owned()
}

/// A folder with the keys that a person would have exported.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let keys = folder.path().join("keys");
    fs::create_dir(&keys).unwrap();
    let identities = golden::read("keys/12/identities.txt");
    fs::write(keys.join("identities.txt"), identities).unwrap();
    folder
}

fn run(folder: &Path, script: &str, variables: &[(&str, &str)]) {
    let done = Command::new("bash")
        .args(["-euo", "pipefail", "-c", script])
        .envs(variables.iter().copied())
        .current_dir(folder)
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success(), "{told}");
}

#[test]
fn stock_age_and_tar_open_every_kind() {
    for kind in ["request", "bundle", "receipt"] {
        let folder = folder();
        let sealed = golden::read(&format!("{kind}/sealed.age"));
        fs::write(folder.path().join("sealed.age"), sealed).unwrap();
        run(folder.path(), &block("# Opening"), &[]);
        for part in ["transfer.json", "transfer.sig"] {
            let found = fs::read(folder.path().join("opened").join(part)).unwrap();
            assert_eq!(found, golden::read(&format!("{kind}/{part}")), "{kind}");
        }
        if kind == "bundle" {
            let parts = vector_bundle(&keyring(0));
            for (path, bytes) in parts_of(&parts) {
                let found = fs::read(folder.path().join("opened").join(&path)).unwrap();
                assert_eq!(found, bytes, "{path}");
            }
        }
    }
}

#[test]
fn stock_age_and_tar_open_a_bundle_in_volumes() {
    let folder = folder();
    for name in golden::list("volumes", "") {
        let bytes = golden::read(&format!("volumes/{name}"));
        fs::write(folder.path().join(name), bytes).unwrap();
    }
    run(folder.path(), &block("# A bundle in volumes"), &[]);
    let parts = long_bundle(&keyring(0));
    for (path, bytes) in parts_of(&parts) {
        let found = fs::read(folder.path().join("opened").join(&path)).unwrap();
        assert_eq!(found, bytes, "{path}");
    }
}

#[test]
fn a_bundle_assembled_by_stock_programs_is_opened() {
    let forger = Forger::new(0);
    // Without the blob whose path is longer than 100 bytes.
    let mut parts = vector_bundle(&forger.keyring);
    parts.bundle.entries.pop();
    parts.payloads.pop();
    parts.contents.pop();
    let folder = folder();
    let payload = folder.path().join("payload");
    let text = Transfer::from(parts.bundle.clone()).to_json().unwrap();
    let listed = parts_of(&parts);
    for (path, bytes) in &listed {
        let path = payload.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
    fs::write(payload.join("transfer.json"), text).unwrap();
    let order: Vec<&str> = listed[2..].iter().map(|(path, _)| path.as_str()).collect();
    fs::write(folder.path().join("order"), order.join("\n")).unwrap();
    let keyring = &forger.keyring;
    let recipient = keyring.recipients(Kind::Bundle).unwrap()[0].clone();
    let seed = lock_format::Hex(forger.signing("bundle").as_bytes()).to_string();
    let kid = forger.kid("bundle");
    assert_eq!(recipient.kid().to_string(), kid);
    let script = format!(
        "recipient=$(age-keygen -y keys/identities.txt | sed -n 1p)\n{}",
        block("# The line of section 7")
    );
    run(folder.path(), &script, &[("seed", &seed), ("kid", &kid)]);
    let made = fs::read(folder.path().join("made.age")).unwrap();
    let (opened, contents) = open_whole(&made, keyring).unwrap();
    assert_eq!(opened.bundle(), Some(&parts.bundle));
    assert_eq!(contents, parts.contents);
    // Our own payload of the same bundle is the same, byte for byte.
    let ours = payload_of(&seal_bundle(&parts, keyring).unwrap(), keyring);
    assert_eq!(fs::read(folder.path().join("payload.tar")).unwrap(), ours);
}
