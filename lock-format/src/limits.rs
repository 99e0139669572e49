//! Limits of version 1 (`SPEC.md` section 3), each tested at the limit and one above it.

/// Bytes in a MiB.
const MIB: u64 = 1024 * 1024;
/// Longest lock, in bytes.
pub(crate) const LOCK_BYTES: usize = 16 * 1024 * 1024;
/// Longest text of one source or image with what belongs to it, in bytes.
pub(crate) const PIECE_BYTES: usize = 4 * 1024 * 1024;
/// Most sources, images, referrers of an image, and entries of an array in a source.
pub(crate) const ENTRIES: usize = 4_096;
/// Most platforms of an image.
pub(crate) const PLATFORMS: usize = 64;
/// Most layers of a manifest.
pub(crate) const LAYERS: usize = 512;
/// Most indexes between the pinned index and a manifest: three levels with the pin.
pub(crate) const VIA: usize = 2;
/// Longest reference, in bytes.
pub(crate) const REFERENCE_BYTES: usize = 512;
/// Longest text, in bytes.
pub(crate) const TEXT_BYTES: usize = 65_536;
/// Largest size of a manifest or index, in bytes.
pub(crate) const MANIFEST_BYTES: u64 = 4 * MIB;
/// Largest size of a config, in bytes.
pub(crate) const CONFIG_BYTES: u64 = 8 * MIB;
/// Largest size of a layer, in bytes.
pub(crate) const LAYER_BYTES: u64 = 1024 * 1024 * MIB;
