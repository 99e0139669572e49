//! The lock of a store, beside programs that are started. Alone in its process: starting programs
//! would be in the way of other tests that lock files.

use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use airlock::run::{FixedClock, FixedEntropy};
use airlock::store::Store;

/// A program has all open files of the one that starts it until it runs.
#[test]
fn the_lock_is_free_at_once_while_programs_are_started() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::create(&folder.path().join("store"), &FixedEntropy::new(0)).unwrap();
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            while !done.load(Ordering::Relaxed) {
                Command::new("true").status().unwrap();
            }
        });
        let busy = (0..3000).find(|_| store.begin(&FixedClock(0)).is_err());
        done.store(true, Ordering::Relaxed);
        assert_eq!(busy, None);
    });
}
