//! Which blobs are there, whole and verified.

use std::fs::{self, FileTimes, OpenOptions};
use std::io::Write as _;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};

use airlock::run::{Cancel, FixedEntropy, Run, Silent};
use airlock::store::StoreError;
use lock_format::Blob;

use crate::site::{CLOCK, Site, blob, with_run};

/// The path of a blob.
pub(crate) fn blob_path(site: &Site, content: &[u8]) -> PathBuf {
    site.path(&format!("blobs/sha256/{}", blob(content).digest.hex()))
}

/// Writes over a blob, as a broken disk or a careless person would.
fn overwrite(path: &Path, bytes: &[u8]) {
    fs::set_permissions(path, fs::Permissions::from_mode(0o644)).unwrap();
    let mut file = OpenOptions::new()
        .write(true)
        .truncate(true)
        .open(path)
        .unwrap();
    file.write_all(bytes).unwrap();
}

#[test]
fn a_blob_with_a_fitting_record_is_not_read_again() {
    let site = Site::new();
    site.put(&[b"one", b"two"]);
    let checked = site.check(&[b"one", b"two", b"three"]);
    assert_eq!((checked.inventory.blobs.len(), checked.digested), (2, 0));
    assert!(checked.damaged.is_empty() && checked.unrecorded.is_none());
}

#[test]
fn a_touched_blob_is_read_once_more() {
    let site = Site::new();
    site.put(&[b"one"]);
    let file = OpenOptions::new()
        .read(true)
        .open(blob_path(&site, b"one"))
        .unwrap();
    file.set_times(FileTimes::new().set_modified(std::time::UNIX_EPOCH))
        .unwrap();
    let first = site.check(&[b"one"]);
    assert!(first.inventory.holds(&blob(b"one")));
    assert_eq!((first.digested, site.check(&[b"one"]).digested), (1, 0));
}

#[test]
fn without_records_every_blob_is_read_once_more() {
    let site = Site::new();
    let contents: Vec<Vec<u8>> = (0..40_u32).map(|n| n.to_be_bytes().repeat(1000)).collect();
    let contents: Vec<&[u8]> = contents.iter().map(Vec::as_slice).collect();
    site.put(&contents);
    fs::remove_file(site.path("airlock/verified")).unwrap();
    let first = site.check(&contents);
    assert_eq!((first.inventory.blobs.len(), first.digested), (40, 40));
    assert_eq!(site.check(&contents).digested, 0);
}

#[test]
fn damage_counts_as_missing_is_listed_and_healed() {
    let site = Site::new();
    site.put(&[b"whole", b"short", b"other", b"link"]);
    overwrite(&blob_path(&site, b"short"), b"shor");
    overwrite(&blob_path(&site, b"other"), b"OTHER");
    let link = blob_path(&site, b"link");
    fs::remove_file(&link).unwrap();
    symlink(blob_path(&site, b"whole"), &link).unwrap();
    let contents: &[&[u8]] = &[b"whole", b"short", b"other", b"link"];
    let checked = site.check(contents);
    let mut expected: Vec<Blob> = contents[1..].iter().map(|content| blob(content)).collect();
    expected.sort();
    assert_eq!(checked.damaged, expected);
    assert_eq!(checked.inventory.blobs.len(), 1);

    site.put(&contents[1..]);
    let healed = site.check(contents);
    assert_eq!(healed.inventory.blobs.len(), 4);
    assert!(healed.damaged.is_empty());
}

#[test]
fn damage_that_restores_the_time_is_noticed() {
    let site = Site::new();
    site.put(&[b"layer"]);
    let path = blob_path(&site, b"layer");
    let modified = path.metadata().unwrap().modified().unwrap();
    overwrite(&path, b"LAYER");
    let file = OpenOptions::new().write(true).open(&path).unwrap();
    file.set_times(FileTimes::new().set_modified(modified))
        .unwrap();
    assert_eq!(site.check(&[b"layer"]).damaged, [blob(b"layer")]);
}

#[test]
fn a_whole_blob_of_another_size_than_wanted_is_missing_and_not_damaged() {
    let site = Site::new();
    site.put(&[b"layer"]);
    let wanted = Blob {
        size: 4,
        ..blob(b"layer")
    };
    let checked = with_run(|run| site.store.inventory(&[wanted], run)).unwrap();
    assert!(checked.inventory.blobs.is_empty());
    assert!(checked.damaged.is_empty());
}

#[test]
fn a_stop_is_obeyed_while_blobs_are_read() {
    let site = Site::new();
    site.put(&[b"layer"]);
    fs::remove_file(site.path("airlock/verified")).unwrap();
    let cancel = Cancel::default();
    cancel.set();
    let run = Run {
        events: &Silent,
        cancel: &cancel,
        clock: &CLOCK,
        entropy: &FixedEntropy::new(0),
    };
    let stopped = site.store.inventory(&[blob(b"layer")], &run);
    assert!(matches!(stopped, Err(StoreError::Cancelled(_))));
}

#[test]
fn worn_records_are_written_anew() {
    let site = Site::new();
    site.put(&[b"one", b"two"]);
    let path = site.path("airlock/verified");
    let line = fs::read_to_string(&path).unwrap();
    let mut file = OpenOptions::new().append(true).open(&path).unwrap();
    file.write_all(line.repeat(2000).as_bytes()).unwrap();
    site.check(&[b"one"]);
    site.put(&[b"three"]);
    let lines = fs::read_to_string(&path).unwrap().lines().count();
    assert_eq!(lines, 3);
    assert_eq!(site.check(&[b"one", b"two", b"three"]).digested, 0);
}
