//! Small genuine images, for tests and for `demo`: the same input gives the same bytes.
//!
//! ```text
//!  Layer::gzip(files) ─► build(flavour, platform, layers) ─► Image ─┐
//!                        artifact(type, layers) ──────────► Image ─┼─► index(flavour, children) ─► Image
//!                                                                  └─► Scripted::push
//! ```

mod build;
mod content;
mod index;
mod layer;

pub use build::{artifact, build};
pub use content::{Flavour, Image};
pub use index::{Child, index};
pub use layer::{File, Layer};
