//! What registries hold beside plain images, from the lock to the store: carried byte for byte, or
//! refused by name.

use std::fs;
use std::sync::Arc;

use airlock::upstream::Generated;
use airlock::upstream::image::{Flavour, index};
use lock_format::{Digest, MediaType};
use serde_json::{Value, json};

use crate::world::{World, platform, small};

const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
const INDEX: &str = "application/vnd.oci.image.index.v1+json";
const CONFIG: &str = "application/vnd.oci.image.config.v1+json";
const LAYER: &str = "application/vnd.oci.image.layer.v1.tar";
const EMPTY: &str = "application/vnd.oci.empty.v1+json";

fn described(media_type: &str, digest: Digest, size: u64) -> Value {
    json!({ "mediaType": media_type, "digest": digest.to_string(), "size": size })
}

/// Puts a blob into a repository; returns its descriptor.
fn blob(world: &World, repository: &str, media_type: &str, bytes: &[u8]) -> Value {
    let content = Arc::new(bytes.to_vec());
    let blob = world.registry.put_blob(repository, content).unwrap();
    described(media_type, blob.digest, blob.size)
}

/// Puts a manifest or an index into a repository as `1`; returns its descriptor.
fn put(world: &World, repository: &str, media_type: &str, document: &str) -> Value {
    let kind: MediaType = media_type.parse().unwrap();
    let put = world
        .registry
        .put_manifest(repository, kind, document.as_bytes());
    world.registry.tag(repository, "1", put.digest);
    described(media_type, put.digest, put.size)
}

/// The config of an image of so many layers, each the same.
fn config(world: &World, repository: &str, layers: usize) -> Value {
    let diff_id = format!("sha256:{}", "a".repeat(64));
    let config = json!({
        "architecture": "amd64",
        "os": "linux",
        "rootfs": { "type": "layers", "diff_ids": vec![diff_id; layers] },
    });
    blob(world, repository, CONFIG, config.to_string().as_bytes())
}

fn manifest(config: &Value, layers: &[Value]) -> Value {
    json!({ "schemaVersion": 2, "mediaType": MANIFEST, "config": config, "layers": layers })
}

/// An index as buildx pushes it: the image, and an attestation under an unknown platform.
fn attested(world: &World) -> (Value, Value) {
    let repository = "team/attested";
    let layer = blob(world, repository, LAYER, b"attested");
    let image = manifest(&config(world, repository, 1), &[layer]);
    let mut image = put(world, repository, MANIFEST, &image.to_string());
    let statement = blob(
        world,
        repository,
        "application/vnd.in-toto+json",
        b"{\"_type\":1}",
    );
    let attestation = manifest(&config(world, repository, 1), &[statement]);
    let mut attestation = put(world, repository, MANIFEST, &attestation.to_string());
    attestation["annotations"] = json!({
        "vnd.docker.reference.digest": image["digest"],
        "vnd.docker.reference.type": "attestation-manifest",
    });
    attestation["platform"] = json!({ "architecture": "unknown", "os": "unknown" });
    image["platform"] = json!({ "architecture": "amd64", "os": "linux" });
    let index = json!({
        "schemaVersion": 2, "mediaType": INDEX, "manifests": [image, attestation],
    });
    let top = put(world, repository, INDEX, &index.to_string());
    (top, attestation)
}

/// An artifact that refers to an image, with its empty config embedded.
fn artifact(world: &World, subject: &Value) -> Value {
    let repository = "team/artifact";
    let mut config = blob(world, repository, EMPTY, b"{}");
    config["data"] = "e30=".into();
    let mut document = manifest(&config, &[blob(world, repository, "text/plain", b"hello")]);
    document["artifactType"] = "application/vnd.example+type".into();
    document["subject"] = subject.clone();
    document["annotations"] = json!({ "org.opencontainers.image.created": "now" });
    put(world, repository, MANIFEST, &document.to_string())
}

fn hex(descriptor: &Value) -> &str {
    let digest = descriptor["digest"].as_str().unwrap();
    digest.strip_prefix("sha256:").unwrap()
}

#[test]
fn what_registries_hold_is_carried_as_it_is() {
    let world = World::new();
    let (index_of_two, attestation) = attested(&world);
    let nothing = manifest(&config(&world, "team/empty", 0), &[]);
    let layer = blob(&world, "team/twice", LAYER, b"the same layer");
    let twice = manifest(
        &config(&world, "team/twice", 2),
        &[layer.clone(), layer.clone()],
    );
    let list = index(
        Flavour::Docker,
        &[(
            Some(&platform("linux/amd64")),
            &small("listed", "linux/amd64"),
        )],
    );
    world.registry.push("team/list", "1", &list);
    // White space, the order of keys and unknown keys are kept; a media type need not be named.
    let spaced = format!(
        "{{ \"manifests\" : [ {} ],\n\t\"x\": [1.50e0], \"schemaVersion\": 2 }}\n",
        json!({ "platform": { "os": "linux", "architecture": "amd64" }, "mediaType": MANIFEST,
                "digest": put(&world, "team/bare", MANIFEST, &twice.to_string())["digest"],
                "size": twice.to_string().len() }),
    );
    blob(&world, "team/bare", LAYER, b"the same layer");
    config(&world, "team/bare", 2);
    let tops = [
        index_of_two.clone(),
        artifact(&world, &index_of_two),
        put(&world, "team/empty", MANIFEST, &nothing.to_string()),
        put(&world, "team/twice", MANIFEST, &twice.to_string()),
        put(&world, "team/bare", INDEX, &spaced),
        described("", list.top.digest, list.top.size),
    ];
    let names = ["attested", "artifact", "empty", "twice", "bare", "list"];
    let images = names.map(|name| world.image(&format!("team/{name}:1")));
    let mut words = vec!["lock", "--platform", "linux/amd64"];
    words.extend(images.iter().flat_map(|image| ["--image", image]));
    world.done(&words);
    world.keys();
    world.done(&["diff", "--request", "r.age"]);
    world.registry.clear_requests();
    world.done(&["bundle", "r.age", "-o", "b.age"]);
    for asked in world.registry.requests() {
        assert!(!asked.path.contains(hex(&attestation)), "{}", asked.path);
    }
    let layers = world.registry.requests();
    let asked = layers
        .iter()
        .filter(|asked| asked.path.ends_with(hex(&layer)));
    assert_eq!(
        asked.count(),
        1,
        "a layer that stands twice is fetched once"
    );
    world.done(&["apply", "b.age"]);
    world.done(&["diff", "--exit-code"]);
    let stored = |descriptor: &Value| {
        let path = world.path(&format!("store/blobs/sha256/{}", hex(descriptor)));
        fs::read(path).unwrap()
    };
    assert_eq!(stored(&tops[4]), spaced.as_bytes());
    for top in &tops {
        assert_eq!(stored(top).len() as u64, top["size"].as_u64().unwrap());
    }
    assert_eq!(stored(&layer), b"the same layer");
}

#[test]
fn what_cannot_be_carried_is_refused_by_name() {
    let world = World::new();
    let repository = "team/odd";
    let layer = blob(&world, repository, LAYER, b"layer");
    let one = config(&world, repository, 1);
    let good = manifest(&one, std::slice::from_ref(&layer));
    let many = manifest(&config(&world, repository, 513), &vec![layer.clone(); 513]);
    let mut other_data = good.clone();
    other_data["layers"][0]["data"] = "b3RoZXI=".into();
    let long = Arc::new(Generated {
        seed: 1,
        size: 8 * 1024 * 1024 + 1,
    });
    let long = world.registry.put_blob(repository, long).unwrap();
    let long = manifest(&described(CONFIG, long.digest, long.size), &[layer]);
    let child = put(&world, repository, MANIFEST, &good.to_string());
    let mut unknown = child.clone();
    unknown["platform"] = json!({ "architecture": "unknown", "os": "unknown" });
    let index = |children: Vec<Value>| {
        json!({ "schemaVersion": 2, "mediaType": INDEX, "manifests": children }).to_string()
    };
    let twice = good.to_string().replacen('{', "{\"layers\":[],", 1);
    let document = "lock/refused-document";
    for (media_type, text, code, words) in [
        (MANIFEST, many.to_string(), document, "more than 512 layers"),
        (
            MANIFEST,
            other_data.to_string(),
            document,
            "the data embedded",
        ),
        (MANIFEST, twice, document, "the same to some clients"),
        (INDEX, index(vec![child; 4097]), document, "more than 4096"),
        (INDEX, good.to_string(), document, "was promised as"),
        (
            MANIFEST,
            long.to_string(),
            "lock/config-too-long",
            "8388609",
        ),
        (
            INDEX,
            index(vec![unknown]),
            "lock/no-platform",
            "linux/amd64",
        ),
        (INDEX, index(Vec::new()), "lock/no-platform", "linux/amd64"),
    ] {
        put(&world, repository, media_type, &text);
        let image = world.image("team/odd:1");
        let words_of_lock = ["lock", "--image", &image, "--platform", "linux/amd64"];
        assert_eq!(world.fails(&words_of_lock).1, code, "{text:.300}");
        let told = world.run(&[&["--json"], &words_of_lock[..]].concat()).err;
        assert!(told.contains("team/odd") && told.contains(words), "{told}");
        assert!(!world.path("airlock.lock").exists(), "{code}");
    }
}
