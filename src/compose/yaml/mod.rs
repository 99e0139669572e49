//! YAML as compose reads it: bytes → typed values with places.
//!
//! ```text
//! bytes ─ decode ─► text ─ granit-parser ─► events ─ build ─► nodes (aliases shared) ─ expand ─► values, resets
//! ```
//!
//! The parser gives events with positions; everything that compose decides by itself lives here:
//! which plain scalars are numbers (`scalar`), merge keys, duplicate keys, `!reset` and
//! `!override`, and the bounds on depth and aliases.

mod build;
mod decode;
mod expand;
mod node;
mod scalar;
mod tabs;
mod tag;

pub(crate) use build::documents;
pub(crate) use decode::decode;
pub(crate) use expand::Document;
