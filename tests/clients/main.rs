//! The trip with real programs on both sides: docker-registry is the internet outside; docker,
//! podman, skopeo and containerd pull inside.
//!
//! Everything runs in namespaces that the tests make and that vanish with them. `tests/run` installs
//! what is needed and runs these tests; a plain `cargo test` leaves them out, because they need root.
#![expect(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "tests read and write their own files, and a surprise ends them"
)]

mod call;
mod check;
mod client;
mod composed;
mod engine;
mod forms;
mod guarded;
mod harness;
mod images;
#[path = "../long/large_layer.rs"]
mod long;
mod outside;
mod pending;
mod places;
mod processes;
mod registry;
mod secure;
mod server;
mod side;
mod soak;
mod trip;
mod trips;
