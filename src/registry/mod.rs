//! The registry client: a reference gives a descriptor and bytes, a digest gives a stream.
//!
//! It implements [`Upstream`](crate::oci::Upstream) over HTTP/1.1 (OCI distribution specification
//! 1.1, pull). What it is told comes in as [`Settings`]; nothing here reads the environment.
//!
//! ```text
//!  Client ─► retry ─► authorization ─► redirects ─► agent of the host (ureq, rustls)
//!    │         │            │               │
//!    │         │            │               └ a hop never sees the credentials of another host
//!    │         │            └ Basic, or a token per repository (challenge, token, realm)
//!    │         └ network faults, 429 and 5xx, with Retry-After
//!    ├ manifest: at most 4 MiB, digest of the bytes as received
//!    └ blob: a stream that continues by itself where it is cut
//! ```
//!
//! Secrets stand in [`Secret`], which shows nothing of itself; messages from outside are sanitised
//! and shortened before they enter an error.

mod address;
mod agents;
mod ask;
mod authorization;
mod blob;
mod certs_d;
mod challenge;
mod client;
pub mod credentials;
mod endpoint;
mod error;
mod exchange;
mod facts;
mod fault;
mod guard;
mod help;
mod manifest;
mod media;
mod message;
mod proxy;
mod quota;
mod reach;
mod realm;
mod retry;
mod roots;
mod schemes;
mod secret;
mod settings;
mod stream;
mod tls;
mod token;
mod url;
mod verifier;

pub use client::Client;
pub use credentials::Credentials;
pub use endpoint::Mirror;
pub use error::{Answered, At, RegistryError};
pub use facts::CODES;
pub use proxy::Proxies;
pub use reach::{PrivateReach, Reach};
pub use roots::SystemRoots;
pub use secret::Secret;
pub use settings::{Retries, Settings, Timeouts};
