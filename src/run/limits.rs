//! Limits on what comes from outside (`docs/transfer-format.md`, limits). Each has a test at the
//! limit and one above it, where it is enforced.

/// Bytes in a KiB.
pub const KIB: u64 = 1024;
/// Bytes in a MiB.
pub const MIB: u64 = 1024 * KIB;
/// Bytes in a TiB.
pub const TIB: u64 = 1024 * 1024 * MIB;

/// Longest `transfer.json`, in bytes.
pub const TRANSFER_JSON_BYTES: u64 = 16 * MIB;
/// Most entries of an envelope.
pub const ENTRIES: usize = 65_536;
/// Longest Dockerfile, in bytes.
pub const DOCKERFILE_BYTES: u64 = 64 * MIB;
/// Longest lockfile, in bytes.
pub const LOCK_BYTES: u64 = 16 * MIB;
/// Most images of a lock.
pub const IMAGES: usize = 4_096;
/// Most subjects of what a bundle could not bring: all blobs and references that a request may ask for.
pub const MISSING: usize = ENTRIES - 2 + IMAGES;
/// Most encodings, and most recipes, that a request accepts.
pub const ACCEPTED: usize = 256;
/// Most platforms of an image.
pub const PLATFORMS: usize = 64;
/// Most layers of an image.
pub const LAYERS: usize = 512;
/// Longest manifest or index, in bytes.
pub const MANIFEST_BYTES: u64 = 4 * MIB;
/// Deepest nesting of indexes, the pinned one counted.
pub const INDEX_DEPTH: usize = 3;
/// Most children of an index.
pub const INDEX_CHILDREN: usize = 4_096;
/// Deepest nesting of JSON values in a manifest, an index or a config.
pub const JSON_DEPTH: usize = 32;
/// Most members of one JSON object or array in a manifest, an index or a config: bounds what reading
/// one remembers.
pub const JSON_MEMBERS: usize = 65_536;
/// Longest image config, in bytes.
pub const CONFIG_BYTES: u64 = 8 * MIB;
/// Longest string in an envelope's JSON, in bytes.
pub const STRING_BYTES: usize = 4_096;
/// Longest reference, in bytes.
pub const REFERENCE_BYTES: usize = 512;
/// Largest integer in an envelope's JSON: 2^53 - 1.
pub const INTEGER: u64 = (1 << 53) - 1;
/// Longest blob, in bytes.
pub const BLOB_BYTES: u64 = TIB;
/// Longest payload of an envelope, in bytes.
pub const PAYLOAD_BYTES: u64 = 16 * TIB;
/// Most volumes of a bundle.
pub const VOLUMES: u32 = 999;
/// Most recipients of an envelope.
pub const RECIPIENTS: usize = 32;
