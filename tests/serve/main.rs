//! `serve`, without sockets and over loopback.
#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails")]

mod access;
mod authority;
mod client;
mod contract;
mod faults;
mod flags;
mod hostile;
mod listing;
mod manager;
mod probe;
mod replay;
mod scrub;
mod server;
mod site;
mod sockets;
mod store;
mod tls;
mod world;

use std::time::{Duration, Instant};

/// Waits until something is so.
fn wait_for(condition: impl Fn() -> bool) {
    let begun = Instant::now();
    while !condition() {
        assert!(begun.elapsed() < Duration::from_secs(30), "it never came");
        std::thread::sleep(Duration::from_millis(20));
    }
}
