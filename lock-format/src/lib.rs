//! The lockfile of airlock and the values that everything else is told in.
//!
//! The crate imports nothing of ours. It owns the small values (a digest, a reference, a platform,
//! a descriptor, a span) and the lockfile that is made of them; `SPEC.md` beside it is the
//! specification of the text. Nothing here reads a file, a clock or the environment.
#![warn(
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::arithmetic_side_effects
)]

mod descriptor;
mod digest;
mod lockfile;
mod media_type;
mod platform;
mod reference;
mod span;

pub use descriptor::Descriptor;
pub use digest::{Algorithm, Digest, DigestError};
pub use lockfile::{
    Blob, Image, ImagePlatform, Lockfile, PlatformContent, Referrer, Source, SourceKind,
};
pub use media_type::{MediaType, MediaTypeError};
pub use platform::{Platform, PlatformError};
pub use reference::{Reference, ReferenceError, Repository};
pub use span::{Position, Span};
