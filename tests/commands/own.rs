//! This repository's own lock: checked as CI does, and made anew from the documents that it pins.

use std::path::Path;
use std::process::Command;

use airlock::oci::digest_of;
use lock_format::{Algorithm, Descriptor, Lockfile};

use crate::world::{World, ended};

fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn the_lock_of_this_repository_tells_the_truth() {
    let mut command = Command::new(env!("CARGO_BIN_EXE_airlock"));
    command.env_clear().arg("-C").arg(repository());
    let told = ended(command.args(["lock", "--check"]).output().unwrap());
    assert_eq!(told.code, Some(0), "{told:?}");
}

/// The base's manifest and config lie in `golden/self`. A registry that has them, and the Dockerfile,
/// give the lock byte for byte: every digest and size in it is that of real content.
#[test]
fn the_lock_of_this_repository_is_what_a_registry_gives() {
    let text = std::fs::read_to_string(repository().join("airlock.lock")).unwrap();
    let lock = Lockfile::parse(&text).unwrap().lockfile;
    let image = &lock.images()[0];
    let document = |name: &str| std::fs::read(repository().join("golden/self").join(name)).unwrap();
    let (manifest, config) = (document("manifest.json"), document("config.json"));
    let world = World::new();
    let repository_name = image.reference.repository().path();
    let pin = Descriptor {
        digest: digest_of(Algorithm::Sha256, &manifest),
        size: manifest.len() as u64,
        media_type: "application/vnd.oci.image.manifest.v1+json"
            .parse()
            .unwrap(),
    };
    world
        .registry
        .put_manifest_as(repository_name, &pin, &manifest);
    world
        .registry
        .put_blob(repository_name, std::sync::Arc::new(config))
        .unwrap();
    std::fs::create_dir_all(world.path("home/.config/airlock")).unwrap();
    let mirror = format!("mirrors = [\"docker.io={}\"]\n", world.registry.host());
    world.write("home/.config/airlock/config.toml", &mirror);
    let dockerfile = std::fs::read_to_string(repository().join("Dockerfile")).unwrap();
    world.write("Dockerfile", &dockerfile);
    let platforms = [
        "--platform",
        "linux/amd64",
        "--build-platform",
        "linux/amd64",
    ];
    world.done(&[&["lock"][..], &platforms].concat());
    assert_eq!(world.text("airlock.lock"), text);
}
