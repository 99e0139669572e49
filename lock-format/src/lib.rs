//! The lockfile of airlock and the values that everything else is told in.
//!
//! The crate imports nothing of ours. It owns the small values (a digest, a reference, a platform,
//! a descriptor, a span) and the lockfile that is made of them; `SPEC.md` beside it is the
//! specification of the text. Nothing here reads a file, a clock or the environment.
//!
//! A lock is read in three layers: its text, the tables as written, and the values, which keep every
//! rule from then on ([`Lockfile`]). It is written by hand, one function per table, so that there is
//! one text for each lock.
//!
//! # How the format changes
//!
//! 1. *Learn to read.* A release learns to read the new version and goes on to write the old one.
//! 2. *Wait.* At least one minor release passes, so that both sides of a gap can be updated.
//! 3. *Write.* A later release writes the new version where the lock already has it or where it is
//!    asked to.
//!
//! A new key is a new version, because an old reader that passed over it would drop it on the next
//! write. A known key never gets a new meaning. Every version has `version = N` as its first
//! statement, so that "newer than I know" and "broken" stay two different answers
//! ([`LockError::is_newer`]). `golden/lock/` holds the vectors.
//!
//! | version | since | what changed |
//! |---|---|---|
//! | 1 | 0.1.0 | the first |
#![warn(
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::arithmetic_side_effects
)]

mod blob;
mod descriptor;
mod digest;
mod error;
mod hex;
mod image;
mod limits;
mod lockfile;
mod media_type;
mod platform;
mod problem;
mod read;
mod reference;
mod rules;
mod source;
mod span;
mod spans;
mod write;

pub use blob::Blob;
pub use descriptor::Descriptor;
pub use digest::{Algorithm, Digest, DigestError};
pub use error::LockError;
pub use hex::{Hex, parse_hex};
pub use image::{Image, ImagePlatform, PlatformContent, Referrer};
pub use lockfile::Lockfile;
pub use media_type::{MediaType, MediaTypeError};
pub use platform::{Platform, PlatformError};
pub use problem::Problem;
#[cfg(feature = "schema")]
pub use read::json_schema;
pub use read::{ImagePlace, Parsed};
pub use reference::{Reference, ReferenceError, Repository};
pub use source::{Source, SourceKind};
pub use span::{Position, Span};
