//! The whole `apply` of a bundle with a candidate, and the lock that pins it, cut at every step: nothing
//! is published that no lock pins, and the same command finishes.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use airlock::diagnostic::Failure;
use airlock::ops::inside::apply::{ApplyOptions, apply, update_lock};
use airlock::ops::lock_file::LockFile;
use airlock::ops::transfer::open_envelope;
use airlock::run::{Cancel, FixedClock, FixedEntropy, Run, Silent};
use airlock::store::{Disk, Store};
use airlock::wire::Kind;
use lock_format::Digest;

use crate::faulty_disk::{Fault, FaultyDisk};
use crate::pending::Pending;

const NOW: u64 = 1_800_000_000;

fn with_run<T>(what: impl FnOnce(Run<'_>) -> T) -> T {
    what(Run {
        events: &Silent,
        cancel: &Cancel::default(),
        clock: &FixedClock(NOW),
        entropy: &FixedEntropy::new(1),
    })
}

/// Applies the bundle, as the command does.
fn hold(pending: &Pending, store: &Path, disk: Arc<dyn Disk>) -> Result<(), Failure> {
    let file = fs::File::open(pending.world.path("bundle.age")).unwrap();
    let opened = open_envelope(file, &pending.world.keyring, &[Kind::Bundle], NOW)?;
    let store = Store::open_on(store, disk)?;
    with_run(|run| apply(&opened, &store, &ApplyOptions::default(), &run).map(drop))
}

/// Pins what is held, as the command does.
fn publish(lock: &Path, store: &Path, disk: Arc<dyn Disk>) -> Result<(), Failure> {
    let store = Store::open_on(store, disk)?;
    with_run(|run| {
        let read = LockFile::read(lock, &run)?;
        let write = |updated: &airlock::ops::inside::apply::Updated| {
            fs::write(lock, &updated.text).unwrap();
            Ok(())
        };
        update_lock(&read, &store, false, Some(&write), &run).map(drop)
    })
}

/// What is in `index.json` and in the list of blobs.
fn is_published(store: &Path, digest: &Digest) -> bool {
    let publication = Store::open(store).unwrap().publication().unwrap();
    publication.catalog.manifests.contains_key(digest) || publication.blobs.contains_key(digest)
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// Runs again what found the store locked: a process that another test starts holds the lock until it
/// has begun.
fn unless_busy(what: impl Fn() -> Result<(), Failure>) -> Result<(), Failure> {
    loop {
        match what() {
            Err(failure) if failure.facts().code().as_str() == "store/busy" => {}
            result => return result,
        }
    }
}

/// Runs `what` on a copy of a store with a disk that dies at each step in turn; `before` begins a turn.
fn at_every_step(
    store: &Path,
    before: impl Fn(),
    what: impl Fn(&Path, Arc<dyn Disk>) -> Result<(), Failure>,
    after: impl Fn(&Path, usize),
) {
    for step in 0.. {
        let folder = tempfile::tempdir().unwrap();
        let copied = folder.path().join("store");
        copy(store, &copied);
        before();
        let disk = Arc::new(FaultyDisk::new(Fault::Death, step));
        if unless_busy(|| what(&copied, disk.clone())).is_ok() {
            assert!(step > 10, "only {step} steps were seen");
            break;
        }
        disk.lose_bytes(&copied);
        disk.forget_backups();
        after(&copied, step);
        let finished = unless_busy(|| what(&copied, Arc::new(FaultyDisk::hasty())));
        assert!(finished.is_ok(), "step {step}: {finished:?}");
        after(&copied, step);
    }
}

#[test]
fn a_candidate_is_never_published_wherever_its_apply_is_cut() {
    let pending = Pending::new();
    let digests: Vec<Digest> = pending
        .below()
        .into_iter()
        .chain([pending.next.top.digest])
        .collect();
    let store = pending.world.path("inside/store");
    at_every_step(
        &store,
        || (),
        |store, disk| hold(&pending, store, disk),
        |store, step| {
            let published = digests.iter().find(|digest| is_published(store, digest));
            assert_eq!(published, None, "step {step}");
        },
    );
}

#[test]
fn an_update_of_the_lock_that_was_cut_is_finished_by_the_next() {
    let pending = Pending::new();
    let store = pending.world.path("inside/store");
    let held = unless_busy(|| hold(&pending, &store, Arc::new(FaultyDisk::hasty())));
    held.unwrap();
    let lock = pending.world.path("project/airlock.lock");
    let before = fs::read_to_string(&lock).unwrap();
    let top = pending.next.top.digest;
    at_every_step(
        &store,
        || fs::write(&lock, &before).unwrap(),
        |store, disk| publish(&lock, store, disk),
        |store, step| {
            let is_pinned = fs::read_to_string(&lock)
                .unwrap()
                .contains(&top.to_string());
            let is_published = is_published(store, &top);
            assert!(
                is_pinned || !is_published,
                "step {step}: the lock comes first"
            );
        },
    );
    assert!(
        fs::read_to_string(&lock)
            .unwrap()
            .contains(&top.to_string())
    );
}
