//! A run of 1 GiB, killed at 20 random moments.

use crate::stopped::{Plan, kill_and_finish};

/// Returns how many bytes were sent twice.
fn twenty_times(volumes: Option<&'static str>) -> u64 {
    kill_and_finish(&Plan {
        bytes: 1024 * 1024 * 1024,
        kills: 20,
        seed: 20,
        volumes,
    })
}

#[test]
#[ignore = "takes a minute and 4 GiB: tests/long/run"]
fn a_run_of_1_gib_that_is_killed_20_times_fetches_no_byte_twice() {
    let twice = twenty_times(None);
    println!("{twice} bytes were in flight and sent twice");
}

#[test]
#[ignore = "takes a minute and 4 GiB: tests/long/run"]
fn a_run_into_volumes_that_is_killed_20_times_fetches_no_byte_twice() {
    let twice = twenty_times(Some("200M"));
    println!("in volumes: {twice} bytes were in flight and sent twice");
}
