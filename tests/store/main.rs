//! The store and the cache on a real disk.
#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails")]

mod site;
mod trip;
