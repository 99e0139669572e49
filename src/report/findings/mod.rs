//! Findings of a gate in five forms: for people, JSON, Markdown, annotations of GitHub, SARIF.
//!
//! All forms are written from one [`Sheet`], so that none knows more than another. What is text from
//! outside is escaped here, by the rules of each form.

mod diff;
mod github;
mod human;
mod json;
mod markdown;
mod sarif;
mod sheet;
mod words;

pub use github::{github, github_failure};
pub use human::human;
pub use json::json;
pub use markdown::{markdown, markdown_failure};
pub use sarif::sarif;
pub use sheet::Sheet;
