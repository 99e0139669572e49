//! From creation to a served blob.

use std::os::unix::fs::PermissionsExt as _;
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
