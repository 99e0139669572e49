//! The scripted registry on loopback, for tests and for `demo`.
//!
//! [`Scripted`] is a registry that holds what it is given and sends exactly what it is told to:
//! rules look at a request and at the genuine answer, and give the answer that is sent, with other
//! bytes, another length, slowly, or cut at any byte. It logs every request.
//!
//! ```text
//!  client ──► relay (cuts the connection) ──► tiny_http ──► shelf: the genuine answer
//!                                                       └─► rules, in order: what is sent
//! ```
//!
//! [`image`] makes small genuine images to put on its shelf; the same input gives the same bytes.

pub mod access;
mod answering;
mod asked;
mod error;
mod generated;
pub mod image;
mod relay;
mod reply;
pub mod rule;
mod scripted;
mod shelf;
mod stop;

pub use asked::Asked;
pub use error::{CODES, UpstreamError};
pub use generated::Generated;
pub use reply::{Body, Pace, Reply};
pub use rule::Rule;
pub use scripted::Scripted;
