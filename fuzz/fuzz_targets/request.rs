#![no_main]

#[path = "../checks/opening.rs"]
mod check;

use airlock::wire::Kind;

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    check::check(data, &[Kind::Request, Kind::Receipt]);
});
