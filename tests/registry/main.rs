//! The registry client against the scripted registry: each fault is sent exactly as described.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod blobs;
mod logins;
mod manifests;
mod support;
mod tls;
