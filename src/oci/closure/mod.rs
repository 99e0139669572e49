//! The exact closure, both ways: documents are what the lock says, none more and none fewer.
//!
//! Each function takes one document that was verified by its digest and compares it with the lock's
//! entry. An image is whole when all its [`documents()`] passed and all its blobs are there. A
//! manifest that the lock does not name may stand in an index and be absent.

mod closure_error;
mod config;
mod documents;
mod index;
mod manifest;
#[cfg(test)]
mod tests;

pub use closure_error::ClosureError;
pub use config::check_config;
pub use documents::{Needed, Role, documents};
pub use index::check_index;
pub use manifest::check_manifest;
