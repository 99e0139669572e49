//! The cache of a station.

use std::fs;
use std::io::Write as _;
use std::path::PathBuf;
use std::sync::Barrier;
use std::thread;

use airlock::oci::{ReadAt as _, VerifyError};
use airlock::run::{Cancel, FixedClock, FixedEntropy, Run, Silent};
use airlock::store::{Cache, CacheNumbers, Cleaned, Encoded, Keep, StoreError};
use lock_format::Blob;
use tempfile::TempDir;

use crate::site::{CLOCK, blob, with_run};

struct Station {
    folder: TempDir,
    cache: Cache,
}

impl Station {
    fn new() -> Self {
        let folder = TempDir::new().unwrap();
        let cache = Cache::open(&folder.path().join("cache")).unwrap();
        Self { folder, cache }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join("cache").join(name)
    }

    /// What another process sees.
    fn reopen(&self) -> Cache {
        Cache::open(&self.path("")).unwrap()
    }

    fn fetch(&self, content: &[u8]) {
        let mut part = with_run(|run| self.cache.writer(blob(content), run))
            .unwrap()
            .unwrap();
        part.write_all(content).unwrap();
        part.finish().unwrap();
    }
}

fn has(cache: &Cache, blob: &Blob) -> bool {
    with_run(|run| cache.has(blob, run)).unwrap()
}

#[test]
fn a_finished_blob_is_there_and_is_not_fetched_again() {
    let station = Station::new();
    let wanted = blob(b"layer");
    assert!(!has(&station.cache, &wanted));
    station.fetch(b"layer");
    assert!(has(&station.cache, &wanted));
    assert!(
        with_run(|run| station.cache.writer(wanted, run))
            .unwrap()
            .is_none()
    );
    let mut bytes = [0; 9];
    let opened = station.cache.open_blob(&wanted.digest).unwrap().unwrap();
    assert_eq!(
        (opened.size(), opened.read_at(&mut bytes, 0).unwrap()),
        (5, 5)
    );
    assert!(
        station
            .cache
            .open_blob(&blob(b"absent").digest)
            .unwrap()
            .is_none()
    );
}

#[test]
fn a_cut_download_continues_where_it_ended() {
    let station = Station::new();
    let mut part = with_run(|run| station.cache.writer(blob(b"a long layer"), run))
        .unwrap()
        .unwrap();
    assert_eq!(part.offset(), 0);
    part.write_all(b"a long").unwrap();
    let short = part.finish().unwrap_err();
    assert!(matches!(
        short,
        StoreError::Differs(VerifyError::Short { taken: 6, .. })
    ));
    let again = station.reopen();
    let mut part = with_run(|run| again.writer(blob(b"a long layer"), run))
        .unwrap()
        .unwrap();
    assert_eq!(part.offset(), 6);
    part.write_all(b" layer").unwrap();
    part.finish().unwrap();
    assert!(has(&again, &blob(b"a long layer")));
    assert_eq!(station.cache.numbers().unwrap().partial, 0);
}

#[test]
fn a_registry_that_begins_at_the_beginning_is_followed() {
    let station = Station::new();
    let mut part = with_run(|run| station.cache.writer(blob(b"layer"), run))
        .unwrap()
        .unwrap();
    part.write_all(b"la").unwrap();
    part.restart().unwrap();
    assert_eq!(part.offset(), 0);
    part.write_all(b"layer").unwrap();
    part.finish().unwrap();
}

#[test]
fn other_bytes_are_refused_and_do_not_stay() {
    let station = Station::new();
    let mut part = with_run(|run| station.cache.writer(blob(b"layer"), run))
        .unwrap()
        .unwrap();
    let long = part.take(b"layers").unwrap_err();
    assert!(matches!(
        long,
        StoreError::Differs(VerifyError::Long { .. })
    ));
    part.take(b"LAYER").unwrap();
    let other = part.finish().unwrap_err();
    assert!(matches!(
        other,
        StoreError::Differs(VerifyError::Digest { .. })
    ));
    assert_eq!(station.cache.numbers().unwrap(), CacheNumbers::default());
}

#[test]
fn a_part_that_is_too_long_begins_anew() {
    let station = Station::new();
    let wanted = blob(b"layer");
    let path = format!("v1/partial/sha256/{}.part", wanted.digest.hex());
    fs::write(station.path(&path), b"far too long").unwrap();
    let part = with_run(|run| station.cache.writer(wanted, run))
        .unwrap()
        .unwrap();
    assert_eq!(part.offset(), 0);
}

#[test]
fn a_second_process_waits_for_the_first_and_uses_its_blob() {
    let station = Station::new();
    let second = station.reopen();
    let mut first = with_run(|run| station.cache.writer(blob(b"layer"), run))
        .unwrap()
        .unwrap();
    let started = Barrier::new(2);
    thread::scope(|scope| {
        let waiting = scope.spawn(|| {
            started.wait();
            with_run(|run| second.writer(blob(b"layer"), run))
                .unwrap()
                .is_none()
        });
        started.wait();
        first.write_all(b"layer").unwrap();
        first.finish().unwrap();
        assert!(waiting.join().unwrap(), "the blob is there by now");
    });
    let files = fs::read_dir(station.path("v1/partial/sha256"))
        .unwrap()
        .count();
    assert_eq!(files, 0, "no part stays");
}

#[test]
fn waiting_for_another_process_can_be_stopped() {
    let station = Station::new();
    let second = station.reopen();
    let _first = with_run(|run| station.cache.writer(blob(b"layer"), run))
        .unwrap()
        .unwrap();
    let cancel = Cancel::default();
    cancel.set();
    let run = Run {
        events: &Silent,
        cancel: &cancel,
        clock: &CLOCK,
        entropy: &FixedEntropy::new(0),
    };
    let stopped = second.writer(blob(b"layer"), &run);
    assert!(matches!(stopped, Err(StoreError::Cancelled(_))));
}

#[test]
fn records_come_with_the_sync() {
    let station = Station::new();
    station.fetch(b"one");
    let records = || fs::read_to_string(station.path("v1/verified")).unwrap_or_default();
    assert_eq!(records(), "");
    station.cache.sync(&CLOCK).unwrap();
    assert!(records().starts_with(&blob(b"one").digest.to_string()));
    station.fetch(b"two");
    assert!(has(&station.reopen(), &blob(b"two")), "digested once more");
    assert_eq!(records().lines().count(), 2);
}

#[test]
fn a_damaged_blob_is_fetched_again() {
    let station = Station::new();
    station.fetch(b"layer");
    station.cache.sync(&CLOCK).unwrap();
    let path = station.path(&format!("v1/blobs/sha256/{}", blob(b"layer").digest.hex()));
    fs::write(&path, b"LAYER").unwrap();
    let again = station.reopen();
    assert!(!has(&again, &blob(b"layer")));
    let mut part = with_run(|run| again.writer(blob(b"layer"), run))
        .unwrap()
        .unwrap();
    part.write_all(b"layer").unwrap();
    part.finish().unwrap();
    assert_eq!(fs::read(&path).unwrap(), b"layer");
}

#[test]
fn what_an_encoder_writes_gets_the_name_of_its_digest() {
    let station = Station::new();
    let mut unnamed = station.cache.unnamed().unwrap();
    unnamed.write_all(b"encoded").unwrap();
    let encoded = unnamed.finish().unwrap();
    assert_eq!(encoded, blob(b"encoded"));
    assert!(has(&station.cache, &encoded));
    let of = blob(b"layer").digest;
    assert_eq!(station.cache.encoded(&of).unwrap(), None);
    for expected in [Encoded::Raw, Encoded::As(encoded)] {
        station.cache.record_encoded(&of, expected).unwrap();
        assert_eq!(station.reopen().encoded(&of).unwrap(), Some(expected));
    }
    drop(station.cache.unnamed().unwrap());
    assert_eq!(fs::read_dir(station.path("v1/tmp")).unwrap().count(), 0);
}

#[test]
fn temporary_files_of_the_living_stay_and_those_of_the_dead_go() {
    let station = Station::new();
    fs::write(station.path("v1/tmp/1-0"), b"of a process that is gone").unwrap();
    let mut unnamed = station.cache.unnamed().unwrap();
    unnamed.write_all(b"en").unwrap();
    station.reopen();
    assert_eq!(fs::read_dir(station.path("v1/tmp")).unwrap().count(), 1);
    unnamed.write_all(b"coded").unwrap();
    assert_eq!(unnamed.finish().unwrap(), blob(b"encoded"));
}

#[test]
fn a_folder_of_something_else_does_not_become_a_cache() {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("letter.txt"), b"").unwrap();
    assert!(matches!(
        Cache::open(folder.path()),
        Err(StoreError::NotACache(_))
    ));
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn numbers_count_what_is_there() {
    let station = Station::new();
    station.fetch(b"layer");
    let mut part = with_run(|run| station.cache.writer(blob(b"other"), run))
        .unwrap()
        .unwrap();
    part.write_all(b"ot").unwrap();
    let expected = CacheNumbers {
        blobs: 1,
        bytes: 5,
        partial: 1,
        partial_bytes: 2,
    };
    assert_eq!(station.cache.numbers().unwrap(), expected);
}

/// Fetches blobs as of some days ago, durably.
fn fetch_as_of(station: &Station, days: u64, contents: &[&[u8]]) {
    for content in contents {
        station.fetch(content);
    }
    station.cache.sync(&days_ago(days)).unwrap();
}

const DAY: u64 = 24 * 60 * 60;

fn days_ago(days: u64) -> FixedClock {
    FixedClock(CLOCK.0 - days * DAY)
}

fn cleaned(station: Station, keep: Keep) -> (TempDir, Cleaned) {
    let Station { folder, cache } = station;
    (folder, cache.clean(&keep).unwrap())
}

#[test]
fn a_clean_up_without_a_limit_takes_all() {
    let station = Station::new();
    fetch_as_of(&station, 0, &[b"layer"]);
    station
        .cache
        .record_encoded(&blob(b"layer").digest, Encoded::Raw)
        .unwrap();
    let mut part = with_run(|run| station.cache.writer(blob(b"other"), run))
        .unwrap()
        .unwrap();
    part.write_all(b"ot").unwrap();
    drop(part);
    let all = station.cache.numbers().unwrap();
    assert_eq!((all.bytes, all.partial_bytes), (5, 2));
    let (folder, cleaned) = cleaned(station, Keep::default());
    assert_eq!(
        (cleaned.removed, cleaned.kept),
        (all, CacheNumbers::default())
    );
    let path = folder.path().join("cache/v1");
    let left = |name: &str| fs::read_dir(path.join(name)).unwrap().count();
    assert_eq!(left("encoded/sha256"), 0, "no note of what is gone");
    assert_eq!(fs::read_to_string(path.join("verified")).unwrap(), "");
    let again = Cache::open(&folder.path().join("cache")).unwrap();
    assert!(!has(&again, &blob(b"layer")));
}

#[test]
fn what_was_used_lately_stays() {
    let station = Station::new();
    fetch_as_of(&station, 40, &[b"old", b"old and used"]);
    fetch_as_of(&station, 20, &[b"young"]);
    assert!(has(&station.cache, &blob(b"old and used")), "a use, today");
    let keep = Keep {
        used_since: Some(CLOCK.0 - 30 * DAY),
        ..Keep::default()
    };
    let (folder, cleaned) = cleaned(station, keep);
    assert_eq!((cleaned.removed.blobs, cleaned.kept.blobs), (1, 2));
    let again = Cache::open(&folder.path().join("cache")).unwrap();
    for (content, stays) in [
        (&b"old"[..], false),
        (b"old and used", true),
        (b"young", true),
    ] {
        assert_eq!(has(&again, &blob(content)), stays, "{content:?}");
    }
}

#[test]
fn a_use_is_noted_once_a_day() {
    let station = Station::new();
    fetch_as_of(&station, 3, &[b"layer"]);
    let lines = || {
        let text = fs::read_to_string(station.path("v1/verified")).unwrap();
        text.lines().count()
    };
    for _ in 0..3 {
        assert!(has(&station.cache, &blob(b"layer")));
    }
    assert_eq!(lines(), 2);
    assert!(has(&station.reopen(), &blob(b"layer")));
    assert_eq!(lines(), 2, "another process knows of it");
}

#[test]
fn the_least_recently_used_goes_until_the_rest_fits() {
    let station = Station::new();
    fetch_as_of(&station, 3, &[b"five1"]);
    fetch_as_of(&station, 2, &[b"five2"]);
    fetch_as_of(&station, 1, &[b"five3"]);
    let keep = Keep {
        most_bytes: Some(10),
        ..Keep::default()
    };
    let (folder, cleaned) = cleaned(station, keep);
    assert_eq!((cleaned.removed.blobs, cleaned.kept.bytes), (1, 10));
    let again = Cache::open(&folder.path().join("cache")).unwrap();
    assert!(!has(&again, &blob(b"five1")));
    assert!(has(&again, &blob(b"five2")) && has(&again, &blob(b"five3")));
}

#[test]
fn nothing_goes_while_another_process_works_with_the_cache() {
    let station = Station::new();
    fetch_as_of(&station, 9, &[b"layer"]);
    let refused = station.reopen().clean(&Keep::default()).unwrap_err();
    assert!(matches!(refused, StoreError::CacheInUse(_)));
    assert!(has(&station.cache, &blob(b"layer")));
    let path = station.path("");
    drop(station.cache);
    Cache::open(&path).unwrap().clean(&Keep::default()).unwrap();
}

#[test]
fn who_opens_a_cache_that_is_cleaned_waits_for_the_end() {
    let station = Station::new();
    let path = station.path("");
    drop(station.cache);
    let users = fs::File::open(path.join("v1/users")).unwrap();
    users.lock().unwrap();
    let (opened, is_open) = std::sync::mpsc::channel();
    thread::scope(|scope| {
        scope.spawn(|| {
            Cache::open(&path).unwrap();
            opened.send(()).unwrap();
        });
        is_open
            .recv_timeout(std::time::Duration::from_millis(100))
            .expect_err("it waits");
        users.unlock().unwrap();
        is_open.recv().unwrap();
    });
}
