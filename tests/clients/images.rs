//! The images of the trip, built by three programs without any network and pushed to the registry.

use crate::engine::Engine;
use crate::side::Side;

/// The shared base: built by docker, pushed as Docker schema 2.
pub(crate) const BASE: &str = "reg.lan:5000/base/box:1";
/// Built by docker on the base: Docker schema 2.
pub(crate) const APP: &str = "reg.lan:5000/acme/app:1";
/// Built by podman on the base: an OCI manifest.
pub(crate) const WEB: &str = "reg.lan:5000/acme/web:1";
/// Built by buildah for two platforms: an OCI index.
pub(crate) const TOOL: &str = "reg.lan:5000/acme/tool:1";

/// All of them.
pub(crate) const ALL: [&str; 4] = [BASE, APP, WEB, TOOL];

/// Builds and pushes all of them.
pub(crate) fn publish(side: &Side, engine: &Engine) {
    side.write(
        "etc/containers/registries.conf.d/outside.conf",
        "[[registry]]\nlocation = \"reg.lan:5000\"\ninsecure = true\n",
    );
    docker(side, engine, BASE, "scratch", 1);
    docker(side, engine, APP, BASE, 2);
    podman(side, WEB, 3);
    buildah(side, TOOL, 4);
}

/// Builds an image on the base with podman, under any content of its own, and pushes it.
pub(crate) fn podman(side: &Side, name: &str, seed: u16) {
    let context = context(side, name, BASE, seed);
    side.call("podman")
        .args("build --quiet --format oci --tag")
        .arg(name)
        .arg(context)
        .run()
        .done();
    side.call("podman").arg("push").arg(name).run().done();
}

fn docker(side: &Side, engine: &Engine, name: &str, base: &str, seed: u16) {
    let context = context(side, name, base, seed);
    engine
        .docker(side)
        .args("build --quiet --tag")
        .arg(name)
        .arg(context)
        .run()
        .done();
    engine.docker(side).arg("push").arg(name).run().done();
}

fn buildah(side: &Side, name: &str, seed: u16) {
    let context = context(side, name, "scratch", seed);
    side.call("buildah")
        .args("build --quiet --format oci --platform linux/amd64,linux/arm64 --manifest")
        .arg(name)
        .arg(context)
        .run()
        .done();
    side.call("buildah")
        .args("manifest push --all")
        .arg(name)
        .arg(format!("docker://{name}"))
        .run()
        .done();
}

/// Writes a build context whose content no other seed has, and which hardly compresses.
fn context(side: &Side, name: &str, base: &str, seed: u16) -> std::path::PathBuf {
    let folder = format!("contexts/{}", name.replace([':', '/'], "_"));
    side.write(&format!("{folder}/content"), noise(seed, 300_000));
    // The platform makes the two children of an index differ.
    side.write(
        &format!("{folder}/Dockerfile"),
        format!(
            "FROM {base}\nARG TARGETARCH\nLABEL platform=\"$TARGETARCH\"\n\
             COPY content /srv/content-{seed}\nCMD [\"/srv/content-{seed}\"]\n"
        ),
    );
    side.path(&folder)
}

/// Bytes that look random and are the same each time (a linear congruential generator).
pub(crate) fn noise(seed: u16, length: usize) -> Vec<u8> {
    let mut state = u64::from(seed) + 1;
    (0..length)
        .map(|_| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            state.to_be_bytes()[0]
        })
        .collect()
}
