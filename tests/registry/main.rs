//! The registry client against the scripted registry: each fault is sent exactly as described.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod answers;
mod authority;
mod blobs;
mod dialects;
mod helpers;
mod hostile;
mod hub;
mod logins;
mod manifests;
mod messages;
mod proxies;
mod proxy;
mod reaching;
mod real;
mod redirects;
mod retries;
mod secrets;
mod support;
mod tls;
mod tunnels;
