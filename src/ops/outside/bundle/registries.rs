//! The registries as a bundle asks them.

use std::fmt;

use crate::oci::Upstream;

/// The same registries, asked in two ways.
#[derive(Clone, Copy)]
pub struct Registries<'a> {
    /// Fetches what the cache was found to lack.
    pub direct: &'a dyn Upstream,
    /// Asks what a name means, and takes what the cache has from there.
    pub sparing: &'a dyn Upstream,
}

impl fmt::Debug for Registries<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Registries")
    }
}
