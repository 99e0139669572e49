//! What the OCI specifications say, as values: manifests, indexes, configs, digests while reading.
//!
//! Pure: bytes in, values out. The traits here are the joints between the rooms above: a store that
//! is read ([`StoreView`]), a registry that is asked ([`Upstream`]), bytes at an offset ([`ReadAt`]).

#![warn(
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::arithmetic_side_effects
)]

mod catalog;
mod closure;
mod codes;
mod content;
mod hasher;
mod read_at;
mod store_view;
mod strict;
mod upstream;
mod verify;

pub use catalog::{Catalog, Inventory};
pub use closure::{
    ClosureError, Needed, Role, check_config, check_index, check_manifest, documents,
};
pub use codes::CODES;
pub use content::{Child, Document, DocumentError, ImageConfig, Index, Layer, Manifest};
pub use hasher::{Hasher, digest_of};
pub use read_at::ReadAt;
pub use store_view::{Explanation, StoreView, Wanted};
pub use upstream::{BlobBody, RawManifest, Upstream};
pub use verify::{VerifyError, VerifyingReader};
