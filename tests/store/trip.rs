//! From creation to a served blob.

use std::fs;
use std::os::unix::fs::{FileExt as _, PermissionsExt as _};
use std::path::Path;

use airlock::oci::StoreView as _;
use airlock::store::{Publication, Published, Store, StoreError};
use lock_format::Reference;

use crate::site::{CLOCK, Site, blob, manifest};

fn mode(path: &Path) -> u32 {
    path.symlink_metadata().unwrap().permissions().mode() & 0o7777
}

#[test]
fn published_blobs_are_served_and_others_are_not() {
    let site = Site::new();
    site.put(&[b"manifest", b"layer", b"held"]);
    let name = Reference::parse("docker.io/library/a:1").unwrap();
    let mut publication = Publication::default();
    publication
        .catalog
        .names
        .insert(name.clone(), manifest(b"manifest"));
    publication
        .catalog
        .manifests
        .insert(manifest(b"manifest").digest, manifest(b"manifest"));
    publication.blobs.insert(blob(b"layer").digest, 5);
    let view = site.store.view().unwrap();
    assert!(view.catalog().names.is_empty());

    let writer = site.store.begin(&CLOCK).unwrap();
    assert_eq!(writer.publish(&publication).unwrap(), Published::Changed);
    assert_eq!(writer.publish(&publication).unwrap(), Published::Unchanged);
    drop(writer);

    assert_eq!(*view.catalog(), publication.catalog);
    assert_eq!(site.store.publication().unwrap(), publication);
    let open = |content: &[u8]| view.open(&blob(content).digest).unwrap();
    let mut buffer = [0; 9];
    let served = open(b"layer").unwrap();
    assert_eq!(served.read_at(&mut buffer, 1).unwrap(), 4);
    assert_eq!(&buffer[..4], b"ayer");
    assert!(open(b"manifest").is_some());
    assert!(open(b"held").is_none());
    assert!(site.check(&[b"held"]).inventory.holds(&blob(b"held")));
}

#[test]
fn modes_are_exact_whatever_the_umask() {
    // Of the whole process: the other tests need no more than their own user.
    rustix::process::umask(rustix::fs::Mode::from_raw_mode(0o077));
    let site = Site::new();
    site.put(&[b"layer"]);
    for (name, expected) in [
        ("", 0o755),
        ("blobs/sha512", 0o755),
        ("airlock/tmp", 0o755),
        ("index.json", 0o644),
        ("oci-layout", 0o644),
        ("airlock/store.json", 0o644),
        ("airlock/ledger.jsonl", 0o644),
        ("airlock/audit.jsonl", 0o640),
        ("airlock/verified", 0o644),
        (
            &format!("blobs/sha256/{}", blob(b"layer").digest.hex()),
            0o444,
        ),
    ] {
        assert_eq!(mode(&site.path(name)), expected, "{name}");
    }
}

#[test]
fn a_second_writer_is_refused_with_the_process() {
    let site = Site::new();
    let writer = site.store.begin(&CLOCK).unwrap();
    let second = Store::open(site.store.path()).unwrap();
    let pid = std::process::id();
    match second.begin(&CLOCK) {
        Err(StoreError::Busy {
            pid: Some(holder), ..
        }) => assert_eq!(holder, pid),
        other => panic!("{other:?}"),
    }
    drop(writer);
    second.begin(&CLOCK).unwrap();
}

#[test]
fn a_scratch_file_has_no_name() {
    let site = Site::new();
    let writer = site.store.begin(&CLOCK).unwrap();
    let file = writer.scratch().unwrap();
    file.write_all_at(b"staged", 0).unwrap();
    assert_eq!(fs::read_dir(site.path("airlock/tmp")).unwrap().count(), 0);
}

#[test]
fn space_is_asked_for_before_it_is_used() {
    let site = Site::new();
    site.store.require_space(1).unwrap();
    let refused = site.store.require_space(u64::MAX);
    assert!(matches!(
        refused,
        Err(StoreError::Full {
            needed: u64::MAX,
            ..
        })
    ));
}

#[test]
fn bytes_that_are_not_the_blob_leave_nothing() {
    let site = Site::new();
    let writer = site.store.begin(&CLOCK).unwrap();
    for bytes in [&b"layers"[..], b"laye", b"LAYER"] {
        let mut blob = writer.blob(blob(b"layer")).unwrap();
        let result = blob.take(bytes).and_then(|()| blob.finish());
        assert!(matches!(result, Err(StoreError::Differs(_))), "{bytes:?}");
    }
    writer.commit_blobs().unwrap();
    assert_eq!(fs::read_dir(site.path("airlock/tmp")).unwrap().count(), 0);
    assert_eq!(fs::read_dir(site.path("blobs/sha256")).unwrap().count(), 0);
}

#[test]
fn several_workers_write_at_once() {
    let site = Site::new();
    let contents: Vec<Vec<u8>> = (0..64_u8).map(|n| vec![n; 5000]).collect();
    let writer = site.store.begin(&CLOCK).unwrap();
    std::thread::scope(|scope| {
        let writer = &writer;
        for part in contents.chunks(16) {
            scope.spawn(move || {
                for content in part {
                    let mut blob = writer.blob(blob(content)).unwrap();
                    content
                        .chunks(999)
                        .for_each(|piece| blob.take(piece).unwrap());
                    blob.finish().unwrap();
                }
            });
        }
    });
    writer.commit_blobs().unwrap();
    let contents: Vec<&[u8]> = contents.iter().map(Vec::as_slice).collect();
    let checked = site.check(&contents);
    assert_eq!((checked.inventory.blobs.len(), checked.digested), (64, 0));
}
