//! The outside of all tests: a registry with the images, made once.

use std::path::Path;
use std::sync::OnceLock;

use airlock::oci::digest_of;
use lock_format::Algorithm;

use crate::client::raw;
use crate::engine::Engine;
use crate::images;
use crate::registry::Registry;
use crate::side::Side;

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

    /// Returns the folder that holds all the registry has.
    pub(crate) fn storage(&self) -> &Path {
        self.registry.storage()
    }
}
