//! Making, taking over and exporting keys. The same on both sides: whichever makes the phrase, the
//! other enters it.

mod enter;
mod export;
mod new;

pub use enter::{enter_keys, may_save};
pub use export::export_identities;
pub use new::{NewKeys, new_keys};
