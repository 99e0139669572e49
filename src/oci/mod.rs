//! What the OCI specifications say, as values: manifests, indexes, configs, digests while reading.
//!
//! Pure: bytes in, values out. The traits here are the joints between the rooms above: a store that
//! is read ([`StoreView`]), a registry that is asked ([`Upstream`]), bytes at an offset ([`ReadAt`]).

mod catalog;
mod hasher;
mod read_at;
mod store_view;
mod upstream;
mod verify;

pub use catalog::{Catalog, Inventory};
pub use hasher::{Hasher, digest_of};
pub use read_at::ReadAt;
pub use store_view::{Explanation, StoreView, Wanted};
pub use upstream::{BlobBody, RawManifest, Upstream};
pub use verify::{VerifyError, VerifyingReader};
