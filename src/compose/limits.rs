//! Limits on what a compose project may ask of us. Each is far above every real project; a file
//! beyond one is refused with `compose/too-large`.

/// Longest compose or environment file, in bytes.
pub const FILE_BYTES: usize = 4 * 1024 * 1024;
/// Most files that one project may bring in (compose files, includes, extends, environment).
pub(crate) const FILES: usize = 256;
/// Deepest nesting of one YAML document, its aliases followed.
pub(crate) const DEPTH: usize = 192;
/// Most values of one YAML document, its aliases followed.
pub(crate) const NODES: usize = 200_000;
/// Longest text that one interpolation may give, in bytes.
pub(crate) const TEXT_BYTES: usize = 1024 * 1024;
/// Most bytes that all interpolations of one file, or all values of one environment file, may give.
pub(crate) const EXPANDED_BYTES: usize = 8 * 1024 * 1024;
/// Deepest nesting of defaults inside defaults: `${A:-${B:-…}}`.
pub(crate) const DEFAULTS: usize = 64;
/// Longest chain of `extends` or `include`.
pub(crate) const CHAIN: usize = 64;
/// Most bytes of all files together.
pub(crate) const ALL_BYTES: usize = 16 * 1024 * 1024;
