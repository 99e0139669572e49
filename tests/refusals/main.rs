//! What `apply` must refuse, whole: each case with its own code, and with a store that stays equal
//! byte for byte (the ledger and the audit chain aside, which may say what was refused).
//!
//! The bundles are genuine ones from the built binary, damaged or forged afterwards with the very
//! keys that a station has: the worst that could come in on a stick.
#![expect(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "tests read and write their own files, and a surprise ends them"
)]

mod acceptance;
#[path = "../envelope/change.rs"]
mod change;
mod check;
mod cut;
mod damaged;
mod documented;
#[expect(dead_code, reason = "tests/crash.rs uses the rest")]
#[path = "../crash/faulty_disk.rs"]
mod faulty_disk;
mod forged;
mod large;
mod ledger;
mod mutations;
mod one_way;
mod opened;
mod pending;
mod replayed;
mod signed;
mod snapshot;
mod volumes;
mod world;
