//! The outside of all tests: a registry with the images, made once.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::OnceLock;

use airlock::oci::digest_of;
use lock_format::Algorithm;
use serde_json::Value;

use crate::client::raw;
use crate::engine::Engine;
use crate::images;
use crate::registry::Registry;
use crate::side::Side;

/// The digests of all that belongs to an image.
#[derive(Default)]
pub(crate) struct Closure {
    /// Indexes and manifests.
    pub(crate) manifests: BTreeSet<String>,
    /// Configs and layers.
    pub(crate) blobs: BTreeSet<String>,
}

impl Closure {
    /// Returns all of them.
    pub(crate) fn all(&self) -> BTreeSet<String> {
        self.manifests.union(&self.blobs).cloned().collect()
    }
}

/// The internet, and the station that reaches it.
pub(crate) struct Outside {
    pub(crate) side: Side,
    registry: Registry,
}

impl Outside {
    /// Starts a registry and fills it.
    pub(crate) fn new() -> Self {
        let side = Side::new("reg.lan");
        let registry = Registry::start(&side);
        images::publish(&side, &Engine::start(&side));
        Self { side, registry }
    }

    /// Returns the outside that all tests share; none of them changes it.
    pub(crate) fn shared() -> &'static Self {
        static SHARED: OnceLock<Outside> = OnceLock::new();
        SHARED.get_or_init(Self::new)
    }

    /// Returns the digest of what a reference names upstream.
    pub(crate) fn digest(&self, reference: &str) -> String {
        digest_of(Algorithm::Sha256, &raw(&self.side, reference)).to_string()
    }

    /// Returns a name's repository with the digest that the name has upstream.
    pub(crate) fn pinned(&self, name: &str) -> String {
        let repository = name.rsplit_once(':').unwrap().0;
        format!("{repository}@{}", self.digest(name))
    }

    /// Returns the manifests that a client of linux/amd64 comes to know a name by: the manifest
    /// itself, or the index and its child.
    pub(crate) fn manifests(&self, name: &str) -> BTreeSet<String> {
        self.closure(name, &["amd64"]).manifests
    }

    /// Returns everything that belongs to a name, at some architectures of an index.
    pub(crate) fn closure(&self, name: &str, architectures: &[&str]) -> Closure {
        let carried = |child: &&Value| {
            let architecture = child["platform"]["architecture"].as_str();
            architectures.contains(&architecture.unwrap())
        };
        let mut closure = Closure::default();
        let repository = name.rsplit_once(':').unwrap().0;
        let mut open = vec![self.digest(name)];
        while let Some(digest) = open.pop() {
            let bytes = raw(&self.side, &format!("{repository}@{digest}"));
            let manifest: Value = serde_json::from_slice(&bytes).unwrap();
            open.extend(list(&manifest["manifests"]).filter(carried).map(digest_in));
            let config = Some(&manifest["config"]).filter(|config| config.is_object());
            let blobs = list(&manifest["layers"]).chain(config);
            closure.blobs.extend(blobs.map(digest_in));
            closure.manifests.insert(digest);
        }
        closure
    }

    /// Returns the folder that holds all the registry has.
    pub(crate) fn storage(&self) -> &Path {
        self.registry.storage()
    }
}

fn list(descriptors: &Value) -> impl Iterator<Item = &Value> {
    descriptors.as_array().into_iter().flatten()
}

fn digest_in(descriptor: &Value) -> String {
    descriptor["digest"].as_str().unwrap().to_owned()
}
