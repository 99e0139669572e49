//! JSON that every client reads alike: what could be read in two ways is refused before it is read.
//!
//! Refused are duplicate keys, keys that differ only in case where clients read a structure, a known
//! key in another case, invalid UTF-8, a byte order mark, anything behind the value, and nesting
//! beyond the limit.

mod check;
mod fold;
mod keys;
mod shape;
mod strict_error;
mod visit;

pub(super) use check::{Checked, check_config, check_document};
pub(super) use strict_error::StrictError;
