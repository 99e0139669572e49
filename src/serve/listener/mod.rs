//! Sockets, threads, places: everything of the server that is not an answer. Only here is tokio named.

mod accept;
mod bounds;
mod buffers;
mod connection;
mod descriptors;
mod outgoing;
mod patient;
mod pump;
mod server;
mod socket;
mod tls;

pub use accept::Door;
pub use bounds::Bounds;
pub use server::{Listener, Setup};
pub use socket::{Bound, Listen};
pub use tls::{Tls, TlsFiles};
