//! The router of `serve`: any request, over a small store. `cargo +nightly fuzz run router`
#![no_main]

use std::cell::LazyCell;

use airlock::serve::Router;
use libfuzzer_sys::fuzz_target;

#[path = "../../tests/serve/probe.rs"]
mod probe;
#[path = "../../tests/serve/store.rs"]
mod store;

thread_local! {
    static ROUTER: LazyCell<Router> = LazyCell::new(probe::router);
}

fuzz_target!(|bytes: &[u8]| ROUTER.with(|router| probe::probe(router, bytes)));
