//! The programs that pull inside, each configured as its users would.

use std::collections::BTreeSet;
use std::fs;

use airlock::oci::digest_of;
use lock_format::Algorithm;

use crate::call::Answer;
use crate::engine::Engine;
use crate::outside::Outside;
use crate::side::Side;

/// A program that pulls images.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Client {
    Docker,
    Podman,
    Skopeo,
    Ctr,
}

impl Client {
    /// All of them.
    pub(crate) const ALL: [Self; 4] = [Self::Docker, Self::Podman, Self::Skopeo, Self::Ctr];
}

/// All clients on one side, which ask one server for everything under `reg.lan:5000`.
pub(crate) struct Clients<'a> {
    side: &'a Side,
    engine: Engine,
}

impl<'a> Clients<'a> {
    /// Starts what the clients need. `location` is what podman and skopeo put in the place of the
    /// registry's name; `mirror` is what containerd asks. docker takes the name as it is: the side's
    /// hosts file leads it to the server.
    pub(crate) fn start(side: &'a Side, mirror: &str, location: &str) -> Self {
        side.write(
            "etc/containers/registries.conf.d/50-airlock.conf",
            format!(
                "[[registry]]\nprefix = \"reg.lan:5000\"\n\
                 location = \"{location}\"\ninsecure = true\n"
            ),
        );
        side.write(
            "etc/containerd/certs.d/reg.lan:5000/hosts.toml",
            format!(
                "server = \"http://{mirror}\"\n[host.\"http://{mirror}\"]\n\
                 capabilities = [\"pull\", \"resolve\"]\n"
            ),
        );
        let engine = Engine::start(side);
        Self { side, engine }
    }

    /// Pulls an image, whether that succeeds or not.
    pub(crate) fn pull(&self, client: Client, reference: &str) -> Answer {
        match client {
            Client::Docker => self.engine.docker(self.side).arg("pull").arg(reference),
            Client::Podman => self.side.call("podman").arg("pull").arg(reference),
            Client::Skopeo => self
                .side
                .call("skopeo")
                .arg("copy")
                .arg(format!("docker://{reference}"))
                .arg(format!("dir:{}", self.copied(reference))),
            Client::Ctr => self.engine.ctr_pull(self.side).arg(reference),
        }
        .run()
    }

    /// Pulls an image, which must succeed, and returns the digests that the client then knows it by.
    pub(crate) fn pulled(&self, client: Client, reference: &str) -> BTreeSet<String> {
        self.pull(client, reference).done();
        let text = match client {
            Client::Docker => self
                .engine
                .docker(self.side)
                .args("image inspect --format {{.RepoDigests}}")
                .arg(reference)
                .run()
                .done(),
            Client::Podman => self
                .side
                .call("podman")
                .args("image inspect --format {{.RepoDigests}}")
                .arg(reference)
                .run()
                .done(),
            Client::Skopeo => {
                let manifest = format!("{}/manifest.json", self.copied(reference));
                digest_of(Algorithm::Sha256, &fs::read(manifest).unwrap()).to_string()
            }
            Client::Ctr => self
                .engine
                .ctr(self.side)
                .arg("images")
                .arg("ls")
                .arg(format!("name=={reference}"))
                .run()
                .done(),
        };
        digests_in(&text)
    }

    /// Pulls a name with every client, by tag and by digest: each must know it by the digests it has
    /// upstream, and skopeo must be sent the very bytes.
    pub(crate) fn pull_everywhere(&self, outside: &Outside, name: &str) {
        let upstream = outside.manifests(name);
        for reference in [name.to_owned(), outside.pinned(name)] {
            let same = self.raw(&reference) == raw(&outside.side, name);
            assert!(same, "{reference} is served with other bytes");
            for client in Client::ALL {
                let known = self.pulled(client, &reference);
                let fits = !known.is_empty() && known.is_subset(&upstream);
                assert!(fits, "{client:?} knows {reference} as {known:?}");
            }
        }
    }

    /// Pulls every platform of an index with the two clients that can.
    pub(crate) fn pull_all_platforms(&self, reference: &str) {
        self.side
            .call("skopeo")
            .args("copy --all")
            .arg(format!("docker://{reference}"))
            .arg(format!("dir:{}", self.copied(reference)))
            .run()
            .done();
        self.engine
            .ctr(self.side)
            .args("images pull --all-platforms --snapshotter native")
            .args("--hosts-dir /etc/containerd/certs.d")
            .arg(reference)
            .run()
            .done();
    }

    /// Returns what a reference names, byte for byte, as skopeo gets it.
    pub(crate) fn raw(&self, reference: &str) -> Vec<u8> {
        raw(self.side, reference)
    }

    /// The folder that skopeo copies an image to.
    fn copied(&self, reference: &str) -> String {
        let name = reference.replace([':', '/', '@'], "_");
        self.side.path(&name).display().to_string()
    }
}

/// Returns the bytes of the index or manifest that a reference names, as skopeo on `side` gets them.
pub(crate) fn raw(side: &Side, reference: &str) -> Vec<u8> {
    side.call("skopeo")
        .args("inspect --raw")
        .arg(format!("docker://{reference}"))
        .run()
        .bytes()
        .to_vec()
}

/// Finds every SHA-256 digest in a text.
fn digests_in(text: &str) -> BTreeSet<String> {
    text.split(|c: char| !c.is_ascii_alphanumeric() && c != ':')
        .filter(|word| word.starts_with("sha256:") && word.len() == 71)
        .map(str::to_owned)
        .collect()
}
