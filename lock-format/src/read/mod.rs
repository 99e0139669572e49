//! Reads a lock in three steps: text to tables ([`table`]), tables to typed keys ([`wire`]), keys to
//! values that keep every rule ([`meaning`], then `rules`).

mod marked;
mod meaning;
mod parse;
mod parsed;
mod pieces;
#[cfg(feature = "schema")]
mod schema;
mod table;
mod value;
mod version;
mod wire;

pub(crate) use parse::{parse, parse_bytes};
pub use parsed::{ImagePlace, Parsed};
#[cfg(feature = "schema")]
pub use schema::json_schema;
