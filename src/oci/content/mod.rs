//! Manifests, indexes and image configs as values.
//!
//! A document is read in three steps: it is short enough, every client reads it alike
//! (`oci::strict`), and what airlock needs of it means something. What airlock does not need is
//! allowed, whatever it is.

mod config;
mod document;
mod document_error;
mod index;
mod layer;
mod manifest;
mod wire;

pub use config::ImageConfig;
pub use document::Document;
pub use document_error::DocumentError;
pub use index::{Child, Index};
pub use layer::Layer;
pub use manifest::Manifest;
