//! Operations of the station: the side that has the internet.

pub mod bundle;
mod document;
mod sparing;

pub use sparing::Sparing;
