//! Resolutions that are whole and signed, and not what this site asked for.

use std::fs;

use airlock::oci::digest_of;
use airlock::upstream::image::{Flavour, Image, Layer, build, index};
use airlock::wire::Basis;
use lock_format::{Algorithm, Blob, Descriptor, Digest, Reference};
use serde_json::{Value, json};

use crate::opened::Opened;
use crate::world::World;

/// A site that waits for one pinned image and for what `acme/next:1` names, an index.
pub(crate) struct Pending {
    pub(crate) world: World,
    pub(crate) next: Image,
}

impl Pending {
    pub(crate) fn new() -> Self {
        Self::of("acme/next:1")
    }

    /// The same for another pending reference.
    fn of(name: &str) -> Self {
        let world = World::locked();
        let next = next("next");
        world.registry.push("acme/next", "1", &next);
        let host = world.registry.host();
        world.inside(&format!(
            "lock --offline --platform linux/amd64 --image {host}/acme/app:1 --image {host}/{name}"
        ));
        world.answered("request.age", "bundle.age");
        Self { world, next }
    }

    pub(crate) fn reference(&self) -> Reference {
        let host = self.world.registry.host();
        Reference::parse(&format!("{host}/acme/next:1")).unwrap()
    }

    /// The genuine bundle with another resolution for the pending reference.
    fn with(&self, change: impl FnOnce(&mut Descriptor)) -> Opened {
        let mut opened = self.world.opened();
        let pin = opened.bundle.resolutions.get_mut(&self.reference());
        change(pin.unwrap());
        opened
    }

    fn refused(&self, opened: &Opened) -> String {
        self.world.refused(&opened.seal(&self.world.keyring))
    }

    /// The genuine bundle is welcome after all that was refused.
    fn applies(&self) {
        let script = "cd project && $AIRLOCK apply ../bundle.age --update-lock";
        assert_eq!(self.world.shell(script), 0);
        self.world.inside("diff --exit-code");
    }

    /// The bundle with one manifest as the candidate, whose text and config were changed.
    fn with_manifest(&self, change: impl FnOnce(&mut Value, &mut Value)) -> Opened {
        let image = build_at("next", "linux/amd64");
        let mut manifest: Value = serde_json::from_slice(&image.manifests[0].1).unwrap();
        let of_config = |bytes: &[u8]| json!(digest_of(Algorithm::Sha256, bytes).to_string());
        let is_config =
            |(_, bytes): &&(Blob, Vec<u8>)| of_config(bytes) == manifest["config"]["digest"];
        let config = image.blobs.iter().find(is_config).unwrap();
        let mut config: Value = serde_json::from_slice(&config.1).unwrap();
        change(&mut manifest, &mut config);
        let config = config.to_string().into_bytes();
        manifest["config"]["digest"] = of_config(&config);
        manifest["config"]["size"] = json!(config.len());
        let manifest = manifest.to_string().into_bytes();
        let mut opened = self.world.opened();
        let top = self.next.top.digest;
        let layer = image
            .blobs
            .iter()
            .find(|(_, bytes)| bytes[0] == 0x1f)
            .unwrap();
        for digest in self
            .below()
            .into_iter()
            .filter(|one| *one != layer.0.digest)
        {
            opened.remove(digest);
        }
        opened.remove(top);
        opened.add(&config);
        opened.add(&manifest);
        let pin = Descriptor {
            digest: digest_of(Algorithm::Sha256, &manifest),
            size: manifest.len() as u64,
            media_type: image.top.media_type.clone(),
        };
        opened.bundle.resolutions.insert(self.reference(), pin);
        opened
    }

    /// Manifest, config and layers at the platform that is asked for.
    pub(crate) fn below(&self) -> Vec<Digest> {
        let platform = &self.next.manifests[1].0;
        let amd64 = build_at("next", "linux/amd64");
        assert_eq!(platform.digest, amd64.top.digest);
        let blobs = amd64.blobs.iter().map(|(blob, _)| blob.digest);
        blobs.chain([platform.digest]).collect()
    }
}

fn build_at(text: &str, platform: &str) -> Image {
    let layer = Layer::gzip(&[("etc/text", text.as_bytes())]).unwrap();
    build(
        Flavour::Oci,
        &platform.parse().unwrap(),
        &[layer],
        &json!({}),
    )
}

/// An index over two platforms.
fn next(text: &str) -> Image {
    let platforms = ["linux/amd64", "linux/arm64"];
    let images = platforms.map(|platform| build_at(text, platform));
    let [amd64, arm64] = platforms.map(|platform| platform.parse().unwrap());
    let children = [(Some(&amd64), &images[0]), (Some(&arm64), &images[1])];
    index(Flavour::Oci, &children)
}

#[test]
fn a_resolution_of_what_the_lock_pins_is_refused() {
    let pending = Pending::new();
    let mut opened = pending.world.opened();
    let host = pending.world.registry.host();
    let pinned = Reference::parse(&format!("{host}/acme/app:1")).unwrap();
    let top = pending.next.top.clone();
    opened.bundle.resolutions.insert(pinned, top);
    assert_eq!(pending.refused(&opened), "apply/unasked-resolution");
    pending.applies();
}

#[test]
fn a_resolution_of_what_the_named_lock_pins_meanwhile_is_refused() {
    let pending = Pending::new();
    let world = &pending.world;
    fs::copy(
        world.path("project/airlock.lock"),
        world.path("pending.lock"),
    )
    .unwrap();
    let host = world.registry.host();
    world.outside(&format!(
        "lock --platform linux/amd64 --image {host}/acme/app:1 --image {host}/acme/next:1"
    ));
    let lock = fs::read(world.path("project/airlock.lock")).unwrap();
    let mut opened = world.opened();
    opened.bundle.lock = digest_of(Algorithm::Sha256, &lock);
    let sealed = opened.seal(&world.keyring);
    let code = world.refused_with(&sealed, " --lockfile airlock.lock");
    assert_eq!(code, "apply/unasked-resolution");
    fs::copy(
        world.path("pending.lock"),
        world.path("project/airlock.lock"),
    )
    .unwrap();
    pending.applies();
}

#[test]
fn a_resolution_in_a_bundle_nobody_asked_for_is_refused() {
    let pending = Pending::new();
    let settings = pending.world.path("inside/store/airlock/site.toml");
    fs::write(settings, "unsolicited = true\n").unwrap();
    let mut opened = pending.world.opened();
    opened.bundle.basis = Basis::Serial(1);
    let sealed = opened.seal(&pending.world.keyring);
    let code = pending
        .world
        .refused_with(&sealed, " --lockfile airlock.lock");
    assert_eq!(code, "apply/unasked-resolution");
    pending.applies();
}

#[test]
fn the_answer_to_an_older_request_cannot_move_a_candidate_back() {
    let pending = Pending::new();
    let world = &pending.world;
    let moved = next("moved");
    world.registry.push("acme/next", "1", &moved);
    world.answered("second.age", "second-bundle.age");
    assert_eq!(
        world.shell("cd project && $AIRLOCK apply ../second-bundle.age"),
        5
    );
    let code = world.refused(&world.read("bundle.age"));
    assert_eq!(code, "apply/older-resolution");
    let shown = world.inside("--json diff");
    assert!(shown.contains(&moved.top.digest.to_string()), "{shown}");
    world.inside("apply --update-lock");
    // The next writer sweeps the list of blobs that was published before.
    world.inside("apply --lockfile airlock.lock");
    let code = world.refused(&world.read("bundle.age"));
    assert_eq!(code, "apply/older-resolution", "published since");
}

#[test]
fn a_resolution_to_another_digest_than_the_reference_names_is_refused() {
    let digest = next("next").top.digest;
    let pending = Pending::of(&format!("next:1@{digest}").replace("next:", "acme/next:"));
    let mut opened = pending.world.opened();
    let (reference, _) = opened.bundle.resolutions.pop_first().unwrap();
    let other = pending.world.image.top.clone();
    opened.bundle.resolutions.insert(reference, other);
    assert_eq!(pending.refused(&opened), "apply/other-digest");
    pending.applies();
}

#[test]
fn a_resolution_that_is_not_carried_whole_is_refused() {
    let pending = Pending::new();
    for digest in pending.below().into_iter().chain([pending.next.top.digest]) {
        let mut opened = pending.world.opened();
        opened.remove(digest);
        assert_eq!(pending.refused(&opened), "apply/incomplete-resolution");
    }
    pending.applies();
}

#[test]
fn a_blob_that_neither_lock_nor_resolution_names_is_refused() {
    let pending = Pending::new();
    let mut opened = pending.world.opened();
    opened.add(b"a passenger");
    assert_eq!(pending.refused(&opened), "apply/not-in-lock");
    let mut opened = pending.world.opened();
    opened.bundle.resolutions.clear();
    assert_eq!(pending.refused(&opened), "apply/not-in-lock");
    pending.applies();
}

#[test]
fn a_resolution_of_another_size_or_media_type_is_refused() {
    let pending = Pending::new();
    let opened = pending.with(|pin| pin.size += 1);
    assert_eq!(pending.refused(&opened), "apply/size-differs");
    let opened = pending.with(|pin| {
        pin.media_type = "application/vnd.oci.image.manifest.v1+json"
            .parse()
            .unwrap();
    });
    assert_eq!(pending.refused(&opened), "apply/refused-document");
    pending.applies();
}

#[test]
fn a_candidate_that_two_readers_could_read_differently_is_refused() {
    let pending = Pending::new();
    let top = pending.next.top.digest;
    let mut opened = pending.world.opened();
    let text = String::from_utf8(opened.bytes(top).to_vec()).unwrap();
    let ambiguous = text.replacen(
        "\"schemaVersion\":2",
        "\"schemaVersion\":2,\"layers\":[]",
        1,
    );
    assert_ne!(text, ambiguous);
    opened.replace(top, ambiguous.as_bytes());
    let pin = opened
        .bundle
        .resolutions
        .get_mut(&pending.reference())
        .unwrap();
    pin.digest = digest_of(Algorithm::Sha256, ambiguous.as_bytes());
    pin.size = ambiguous.len() as u64;
    assert_eq!(pending.refused(&opened), "apply/refused-document");
    pending.applies();
}

#[test]
fn a_candidate_whose_config_has_other_layers_is_refused() {
    let pending = Pending::new();
    let opened = pending.with_manifest(|_, config| {
        config["rootfs"]["diff_ids"] = json!([]);
    });
    assert_eq!(pending.refused(&opened), "apply/not-as-locked");
    let fine = pending.with_manifest(|_, _| ());
    let sealed = fine.seal(&pending.world.keyring);
    fs::write(pending.world.path("bundle.age"), sealed).unwrap();
    pending.applies();
}

#[test]
fn a_candidate_that_gives_a_locked_blob_another_size_is_refused() {
    let pending = Pending::new();
    let locked = pending.world.image.blobs.last().unwrap().0;
    let opened = pending.with_manifest(|manifest, config| {
        let layers = manifest["layers"].as_array_mut().unwrap();
        let mut more = layers[0].clone();
        more["digest"] = json!(locked.digest.to_string());
        more["size"] = json!(locked.size + 1);
        layers.push(more);
        let ids = config["rootfs"]["diff_ids"].as_array_mut().unwrap();
        ids.push(ids[0].clone());
    });
    assert_eq!(pending.refused(&opened), "apply/size-differs");
    pending.applies();
}

#[test]
fn a_candidate_for_another_platform_is_refused() {
    let pending = Pending::new();
    let other = build_at("next", "linux/arm64");
    let mut opened = pending.world.opened();
    for digest in pending.below().into_iter().chain([pending.next.top.digest]) {
        opened.remove(digest);
    }
    for (_, bytes) in &other.manifests {
        opened.add(bytes);
    }
    for (_, bytes) in &other.blobs {
        opened.add(bytes);
    }
    opened
        .bundle
        .resolutions
        .insert(pending.reference(), other.top.clone());
    assert_eq!(pending.refused(&opened), "apply/refused-resolution");
    pending.applies();
}

#[test]
fn a_bundle_with_a_resolution_that_was_applied_is_not_applied_again() {
    let pending = Pending::new();
    let world = &pending.world;
    assert_eq!(world.shell("cd project && $AIRLOCK apply ../bundle.age"), 5);
    let (before, logs) = (world.store(), world.logs());
    let told = world.inside_told("apply ../bundle.age");
    assert!(told.contains("applied before"), "{told}");
    assert!(before.differences(&world.store()).is_empty());
    assert_eq!(world.logs(), logs);
    world.inside("apply --update-lock");
    world.inside("diff --exit-code");
}

#[test]
fn a_resolution_that_this_request_did_not_ask_for_is_refused() {
    let pending = Pending::new();
    let world = &pending.world;
    assert_eq!(world.shell("cd project && $AIRLOCK apply ../bundle.age"), 5);
    // What is held is left out of the next request, and the lock leaves it pending all the same.
    world.answered("second.age", "second-bundle.age");
    let mut opened = world.opened_from("second-bundle.age");
    let top = pending.next.top.clone();
    opened.bundle.resolutions.insert(pending.reference(), top);
    assert_eq!(pending.refused(&opened), "apply/unasked-resolution");
    world.inside("apply --update-lock");
}
