//! What a station is told of registries: by flags, by variables, by `config.toml`.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::process::Command;

use airlock::upstream::access;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::json;

use crate::authority::Authority;
use crate::proxy::Proxy;
use crate::world::{Ended, World, ended, small};

/// A world with `team/base:1` upstream.
fn world() -> World {
    let world = World::new();
    world
        .registry
        .push("team/base", "1", &small("base", "linux/amd64"));
    world
}

/// Runs `lock` for an image, with nothing listed as insecure and whatever `edit` adds.
fn lock(world: &World, image: &str, edit: impl Fn(&mut Command)) -> Ended {
    let mut command = world.command(&["lock", "--image", image, "--platform", "linux/amd64"]);
    command.env_remove("AIRLOCK_INSECURE_REGISTRY");
    edit(&mut command);
    // A pin that is there is not asked for again.
    drop(fs::remove_file(world.path("airlock.lock")));
    ended(command.output().unwrap())
}

fn done(ended: &Ended) {
    assert_eq!(ended.code, Some(0), "{}", ended.err);
}

fn write(world: &World, path: &str, text: &str) {
    let path = world.path(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

fn configure(world: &World, text: &str) {
    write(world, "home/.config/airlock/config.toml", text);
}

#[test]
fn an_authority_is_named_by_flag_variable_configuration_or_folder() {
    let world = world();
    let authority = Authority::new();
    let front = authority.front(world.registry.address());
    let image = format!("{front}/team/base:1");
    let file = authority.file().display().to_string();
    let stranger = lock(&world, &image, |_| {});
    assert_eq!(stranger.code, Some(3));
    for words in ["registry/untrusted-certificate", "--ca-file"] {
        assert!(stranger.err.contains(words), "{}", stranger.err);
    }
    done(&lock(&world, &image, |command| {
        command.args(["--ca-file", &file]);
    }));
    for variable in ["AIRLOCK_CA_FILE", "SSL_CERT_FILE"] {
        done(&lock(&world, &image, |command| {
            command.env(variable, &file);
        }));
    }
    let certificate = fs::read_to_string(&file).unwrap();
    let folder = format!("home/.config/containers/certs.d/{front}");
    write(&world, &format!("{folder}/ca.crt"), &certificate);
    done(&lock(&world, &image, |_| {}));
    fs::remove_dir_all(world.path(&folder)).unwrap();
    configure(&world, &format!("ca-files = [\"{file}\"]\n"));
    done(&lock(&world, &image, |_| {}));
}

#[test]
fn a_mirror_answers_for_its_registry_in_lock_and_in_bundle() {
    let world = world();
    let image = small("alpine", "linux/amd64");
    world.registry.push("hub/library/alpine", "3.20", &image);
    let mirror = format!("mirrors = [\"docker.io={}/hub\"]\n", world.registry.host());
    configure(&world, &mirror);
    done(&lock(&world, "alpine:3.20", |_| {}));
    assert_eq!(
        world.lock().images()[0].reference.to_string(),
        "docker.io/library/alpine:3.20"
    );
    world.keys();
    world.done(&["diff", "--request", "r.age"]);
    // The request names a public registry; the person who runs this named the mirror.
    let mut bundle = world.command(&["bundle", "r.age", "-o", "b.age"]);
    bundle.env_remove("AIRLOCK_INSECURE_REGISTRY");
    done(&ended(bundle.output().unwrap()));
    world.done(&["apply", "b.age"]);
    world.done(&["diff", "--exit-code"]);
}

#[test]
fn a_private_host_in_a_request_is_asked_only_where_it_is_listed() {
    let world = world();
    let host = world.registry.host();
    done(&lock(&world, &world.image("team/base:1"), |_| {}));
    world.keys();
    world.done(&["diff", "--request", "r.age"]);
    world.registry.clear_requests();
    let bundle = |words: &[&str]| {
        let mut command = world.command(&["bundle", "r.age", "-o", "b.age", "--force"]);
        command.args(words).env_remove("AIRLOCK_INSECURE_REGISTRY");
        command.env(
            "AIRLOCK_CACHE",
            world.path(&format!("cache-{}", words.len())),
        );
        ended(command.output().unwrap())
    };
    let refused = bundle(&[]);
    assert_eq!(refused.code, Some(2), "{}", refused.err);
    for words in [
        "registry/private-address",
        "allow-private",
        "--insecure-registry",
    ] {
        assert!(refused.err.contains(words), "{words}: {}", refused.err);
    }
    assert_eq!(world.registry.requests(), Vec::new(), "not one question");
    done(&bundle(&["--insecure-registry", &host]));
    configure(&world, &format!("allow-private = [\"{host}\"]\n"));
    done(&bundle(&[]));
    configure(
        &world,
        &format!("allow = [\"ghcr.io\"]\nallow-private = [\"{host}\"]\n"),
    );
    fs::remove_dir_all(world.path("cache-0")).unwrap();
    let refused = bundle(&[]);
    assert!(
        refused.err.contains("registry/not-allowed"),
        "{}",
        refused.err
    );
}

#[test]
fn proxies_come_from_the_environment() {
    let world = world();
    let authority = Authority::new();
    let front = authority.front_as("reg.example", false, world.registry.address());
    let file = authority.file().display().to_string();
    for variable in ["HTTPS_PROXY", "https_proxy", "ALL_PROXY"] {
        let proxy = Proxy::new(front, "200 OK");
        let url = format!("http://joe:secret@{}", proxy.address);
        done(&lock(&world, "reg.example/team/base:1", |command| {
            command.args(["--ca-file", &file]).env(variable, &url);
        }));
        let asked = proxy.asked();
        assert!(
            asked[0].starts_with("CONNECT reg.example:443 "),
            "{asked:?}"
        );
        assert!(
            asked[0].contains("Proxy-Authorization: Basic "),
            "{asked:?}"
        );
    }
    let proxy = Proxy::new(front, "200 OK");
    let around = lock(&world, "reg.example/team/base:1", |command| {
        let url = format!("http://{}", proxy.address);
        command.env("HTTPS_PROXY", url).env("NO_PROXY", ".example");
    });
    assert!(
        around.err.contains("registry/unreachable"),
        "{}",
        around.err
    );
    assert_eq!(proxy.asked(), Vec::<String>::new());
}

#[test]
fn logins_come_from_the_files_and_helpers_of_docker_and_podman() {
    let world = world();
    world.registry.add_rule(access::basic("joe", "s3cret"));
    let image = world.image("team/base:1");
    let host = world.registry.host();
    let logins = json!({ "auths": { &host: { "auth": BASE64_STANDARD.encode("joe:s3cret") } } });
    let logins = logins.to_string();
    let without = lock(&world, &image, |_| {});
    assert_eq!(without.code, Some(3));
    let help = format!("docker login {host}");
    assert!(without.err.contains(&help), "{}", without.err);
    write(&world, "auth.json", &logins);
    done(&lock(&world, &image, |command| {
        command.env("REGISTRY_AUTH_FILE", world.path("auth.json"));
    }));
    write(&world, "docker/config.json", &logins);
    done(&lock(&world, &image, |command| {
        command.env("DOCKER_CONFIG", world.path("docker"));
    }));
    for home in [
        "home/.docker/config.json",
        "home/.config/containers/auth.json",
    ] {
        write(&world, home, &logins);
        done(&lock(&world, &image, |_| {}));
        fs::remove_file(world.path(home)).unwrap();
    }
    let helper = "bin/docker-credential-test";
    let answer = json!({ "ServerURL": host, "Username": "joe", "Secret": "s3cret" });
    write(
        &world,
        helper,
        &format!("#!/bin/sh\nread -r server\necho '{answer}'\n"),
    );
    fs::set_permissions(world.path(helper), fs::Permissions::from_mode(0o755)).unwrap();
    write(&world, "docker/config.json", r#"{ "credsStore": "test" }"#);
    done(&lock(&world, &image, |command| {
        let path = format!("{}:/usr/bin:/bin", world.path("bin").display());
        command
            .env("DOCKER_CONFIG", world.path("docker"))
            .env("PATH", path);
    }));
}
