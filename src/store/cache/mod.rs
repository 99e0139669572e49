//! The cache of a station: what was fetched, by digest (`docs/store.md`, 8).
//!
//! Several processes may use it at once. A blob counts only while its record fits, as in a store;
//! nothing here is ever needed again that could not be fetched again.

mod clean;
mod encoded;
mod locked;
mod numbers;
mod part;
mod shelf;
mod unnamed;

pub use clean::{Cleaned, Keep};
pub use encoded::Encoded;
pub use numbers::CacheNumbers;
pub use part::PartWriter;
pub use shelf::Cache;
pub use unnamed::UnnamedWriter;
