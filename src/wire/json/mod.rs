//! Canonical JSON (`docs/transfer-format.md` section 5): one way to write each value.
//!
//! A pull reader and a writer instead of a tree of values: a `transfer.json` may have 16 MiB, and a
//! tree of it would take several times that. The reader refuses everything that the writer would
//! not write; [`check`] then writes the value again and compares, as the specification asks.

mod error;
mod reader;
mod sink;
mod writer;

pub use error::JsonError;
pub use reader::{Reader, need};
pub use sink::{Sink, check};
pub use writer::{ObjectWriter, write_object};
