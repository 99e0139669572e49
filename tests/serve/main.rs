//! `serve`, without sockets and over loopback.
#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails")]

mod client;
mod contract;
mod listing;
mod server;
mod sockets;
mod store;
mod tls;
mod world;
