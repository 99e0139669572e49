//! `airlock bundle`: fetch what a request asks for, or what a lock needs, and seal it.
//!
//! ```text
//!  order ─► candidates (what pending references name, resolved as `airlock lock` would)
//!        ─► wanted ─► fetch (several at a time, into the cache, verified) ─► encode (zstd where it
//!             shrinks) ─► contents (entries in order, index.json) ─► sealed bundle
//! ```
//!
//! A blob is asked for by digest and verified while it is written; nothing is fetched that the cache
//! has. All sizes are known before the first byte of the bundle is written.

mod candidates;
mod contents;
mod documents;
mod encode;
mod failure;
mod fetch;
mod make;
mod missing;
mod order;
mod registries;
mod volumes;
mod wanted;

pub use failure::{BundleFailure, CODES};
pub use make::{BundleOptions, Prepared, prepare};
pub use order::Order;
pub use registries::Registries;
