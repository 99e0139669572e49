//! Pulls that go on while the site is changed again and again.

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use crate::client::{Clients, raw};
use crate::images::{self, APP, WEB};
use crate::side::Side;
use crate::trip::Trip;

const MOVING: &str = "reg.lan:5000/acme/soaking:1";

/// Twenty seconds, unless `AIRLOCK_SOAK_SECONDS` says otherwise.
fn length() -> Duration {
    let seconds = std::env::var("AIRLOCK_SOAK_SECONDS").ok();
    Duration::from_secs(seconds.map_or(20, |seconds| seconds.parse().unwrap()))
}

#[test]
#[ignore = "needs root and container programs: tests/run"]
fn no_pull_fails_while_apply_runs_again_and_again() {
    let inside = Side::new("reg.lan airlock");
    let trip = Trip::new(&inside);
    let change = |seed| {
        images::podman(&trip.outside.side, MOVING, seed);
        trip.lock(&format!(
            "--upgrade --platform linux/amd64 --image {MOVING} --image {APP} --image {WEB}"
        ));
        trip.go();
    };
    change(0);
    let serve = trip.site.serve();
    let clients = Clients::start(&inside, "airlock:5000", "airlock:5000/reg.lan_5000");
    drop(clients);
    let (over, pulls) = (AtomicBool::new(false), AtomicU32::new(0));
    let applied = thread::scope(|threads| {
        for (number, name) in [APP, WEB, MOVING].into_iter().enumerate() {
            let (inside, over, pulls) = (&inside, &over, &pulls);
            let pinned = trip.outside.pinned(name);
            threads.spawn(move || {
                // A digest stays pullable when its tag has moved on.
                for reference in [name.to_owned(), pinned].iter().cycle() {
                    if over.load(Ordering::Relaxed) {
                        break;
                    }
                    pull(inside, reference, number);
                    pulls.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
        let end = Ends(&over);
        let begun = Instant::now();
        let mut applied = 0_u16;
        while begun.elapsed() < length() {
            // What was once there would be a step back.
            applied += 1;
            change(applied);
            let served = raw(&inside, MOVING) == raw(&trip.outside.side, MOVING);
            assert!(served, "the tag has moved inside too");
        }
        drop(end);
        applied
    });
    let pulls = pulls.into_inner();
    println!(
        "{applied} times applied, {pulls} pulls, peak {} KiB",
        serve.peak_kib()
    );
    assert!(applied > 1 && pulls > 3);
    assert!(serve.peak_kib() <= 64 * 1024);
}

/// Pulls with skopeo, which verifies every byte.
fn pull(inside: &Side, reference: &str, number: usize) {
    inside
        .call("skopeo")
        .arg("copy")
        .arg(format!("docker://{reference}"))
        .arg(format!(
            "dir:{}",
            inside.path(&format!("pull-{number}")).display()
        ))
        .run()
        .done();
}

/// Ends the pulls, also when the test fails.
struct Ends<'a>(&'a AtomicBool);

impl Drop for Ends<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}
