//! The tables of a lock as they are written: types checked, meaning not yet.
//!
//! The JSON Schema of the data model is made from these types.

mod blob;
mod image;
mod lock;
mod platform;
mod referrer;
mod source;

pub(crate) use blob::{BlobWire, DescriptorWire};
pub(crate) use image::ImageWire;
pub(crate) use lock::LockWire;
pub(crate) use platform::PlatformWire;
pub(crate) use referrer::ReferrerWire;
pub(crate) use source::SourceWire;
