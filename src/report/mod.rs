//! Facts of errors made into text: for people, or as JSON. The only room that names miette.

mod counted;
mod excerpt;
pub mod findings;
mod human;
mod json;
mod size;

pub use counted::counted;
pub use human::{Style, WIDTH, human, warning};
pub use json::{json, warning_json};
pub use size::human_size;
