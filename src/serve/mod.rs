//! The registry inside: a request as a value and a [`StoreView`](crate::oci::StoreView) give a
//! response as a value. `docs/serving.md` is the contract.
//!
//! ```text
//!  listener ─► connection ─► Router::begin ──ready──► Outgoing ─► socket
//!   (sockets,    (hyper,          │ later                ▲
//!    permits)     timeouts)       ▼                      │ pieces of a blob
//!                          Router::finish ───────────────┘ read by a bounded pool
//! ```
//!
//! - Nothing here writes, and nothing dials out.
//! - Stored bytes under their stored type: never converted, never compressed, a length on everything.
//! - Memory does not grow with the size of a blob, nor with slow readers: pieces come from
//!   a bounded pool.
#![warn(
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::arithmetic_side_effects
)]

mod access;
mod authority;
mod cache;
mod conditional;
mod content;
mod directory;
mod endpoint;
mod error;
mod health;
mod host;
mod listener;
mod listing;
mod metrics;
mod missing;
mod names;
mod observer;
mod problem;
mod range;
mod referrers;
mod refusal;
mod request;
mod response;
mod router;
mod scrub;
mod soundness;
mod validity;

pub use access::{Guard, Realm, Secret, TokenFile, TokenLock, Tokens, TokensError};
pub use authority::{Issued, Subject};
pub use error::{CODES, ServeError};
pub use listener::{Bound, Bounds, Door, Listen, Listener, Setup, Tls, TlsFiles};
pub use names::Names;
pub use observer::{Observer, Record};
pub use request::RequestHead;
pub use response::{About, Body, Response};
pub use router::{Errand, Router, Step};
pub use scrub::Scrub;
