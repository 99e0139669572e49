//! No secret of a station is in what it says, in what it asks others, or in any file it leaves.

use std::fs;
use std::path::Path;

use airlock::upstream::{Asked, Reply, access, rule};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::json;

use crate::world::{World, ended, small};

const PASSWORD: &str = "corr3ct-h0rse";
const PROXY: &str = "st4ple-proxy";
const AMBIENT: &str = "ambient-v4lue";

/// All that must not be seen, in the forms it travels in; `token-` begins the tokens of the registry.
fn needles() -> [String; 5] {
    let basic = BASE64_STANDARD.encode(format!("joe:{PASSWORD}"));
    [PASSWORD, PROXY, AMBIENT, &basic, "token-"].map(str::to_owned)
}

/// Runs a command with a login and a proxy; returns all that it said.
fn said(world: &World, words: &[&str]) -> String {
    let mut command = world.command(words);
    command
        .env("DOCKER_CONFIG", world.path("logins"))
        .env("HTTPS_PROXY", format!("http://joe:{PROXY}@proxy.example:1"))
        .env("SECRET", AMBIENT);
    let ended = ended(command.output().unwrap());
    format!("{words:?} {:?}\n{}\n{}", ended.code, ended.out, ended.err)
}

/// Reads every file below a folder but the login itself.
fn files(folder: &Path, found: &mut Vec<(String, Vec<u8>)>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.ends_with("logins") {
            continue;
        }
        if path.is_dir() {
            files(&path, found);
        } else {
            found.push((path.display().to_string(), fs::read(&path).unwrap()));
        }
    }
}

fn clean(what: &str, bytes: &[u8]) {
    for needle in needles() {
        let seen = bytes
            .windows(needle.len())
            .any(|window| window == needle.as_bytes());
        assert!(
            !seen,
            "{needle} is in {what}: {}",
            String::from_utf8_lossy(bytes)
        );
    }
}

#[test]
fn no_output_no_request_and_no_file_holds_a_secret() {
    let world = World::new();
    world
        .registry
        .push("team/base", "1", &small("base", "linux/amd64"));
    let bearer = access::Bearer::default().with_login("joe", PASSWORD);
    world.registry.add_rule(bearer.rule());
    let login = json!({ "auth": BASE64_STANDARD.encode(format!("joe:{PASSWORD}")) });
    let logins = json!({ "auths": { world.registry.host(): login } });
    fs::create_dir(world.path("logins")).unwrap();
    world.write("logins/config.json", &logins.to_string());
    let image = world.image("team/base:1");
    let lock = ["-v", "lock", "--image", &image, "--platform", "linux/amd64"];
    let mut outputs = vec![said(&world, &lock)];
    world.keys();
    outputs.push(said(&world, &["-v", "diff", "--request", "r.age"]));
    outputs.push(said(&world, &["inspect", "--json", "r.age"]));
    // What the registry repeats in an error is its own; what it was sent is not.
    world
        .registry
        .add_rule(rule::on(Asked::is_blob, |asked, _| {
            let echoed = asked.header("user-agent").unwrap_or_default();
            Reply::error(403, "DENIED", echoed)
        }));
    for words in [
        &["-v", "bundle", "r.age", "-o", "b.age"][..],
        &["--json", "bundle", "r.age", "-o", "b.age"],
    ] {
        let told = said(&world, words);
        assert!(told.contains("registry/denied"), "{told}");
        outputs.push(told);
    }
    world.registry.clear_rules();
    let bearer = access::Bearer::default().with_login("joe", PASSWORD);
    world.registry.add_rule(bearer.rule());
    outputs.push(said(&world, &["-v", "bundle", "r.age", "-o", "b.age"]));
    outputs.push(said(&world, &["inspect", "--json", "b.age"]));
    outputs.push(said(&world, &["-v", "apply", "b.age"]));
    assert!(world.path("b.age").exists(), "{outputs:?}");
    for output in &outputs {
        clean("an output", output.as_bytes());
    }
    let mut found = Vec::new();
    files(&world.path("."), &mut found);
    assert!(
        found.len() > 10,
        "lock, request, bundle, keys, cache and store"
    );
    for (name, bytes) in &found {
        clean(name, bytes);
    }
    for asked in world.registry.requests() {
        let kept = asked
            .headers
            .iter()
            .filter(|(name, _)| !name.eq_ignore_ascii_case("authorization"));
        let kept: Vec<_> = kept.collect();
        let text = format!("{} {:?} {kept:?}", asked.path, asked.query);
        clean("a request", text.as_bytes());
        clean("a body", &asked.body);
        let to_token_server = asked.path == "/token";
        let shown = asked.header("authorization").unwrap_or_default();
        assert!(to_token_server || !shown.starts_with("Basic"), "{asked:?}");
    }
}
