//! The store, the cache and output files on a real disk.
#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails")]
#![expect(
    clippy::disallowed_methods,
    reason = "small files of our own, read and damaged"
)]

mod cache;
mod create;
mod inventory;
mod logs;
mod output;
mod site;
mod trip;
mod view;
