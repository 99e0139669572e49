//! A store as `serve` sees it.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};

use airlock::oci::{Explanation, StoreView as _, Wanted};
use airlock::store::ledger::{Event, Held, Request};
use airlock::store::{Publication, StoreError};
use airlock::wire::{Kid, TransferId};
use lock_format::{Reference, Repository};

use crate::inventory::blob_path;
use crate::site::{CLOCK, Site, blob, manifest};

fn reference(text: &str) -> Reference {
    Reference::parse_canonical(text).unwrap()
}

fn repository(registry: &str, path: &str) -> Repository {
    Repository::new(registry, path).unwrap()
}

/// A store that publishes one manifest with one layer under a name.
fn published() -> Site {
    let site = Site::new();
    site.put(&[b"manifest", b"layer"]);
    publish(&site, "ghcr.io/acme/app:1", b"manifest");
    site
}

fn publish(site: &Site, name: &str, content: &[u8]) {
    let mut publication = site.store.publication().unwrap();
    let descriptor = manifest(content);
    publication
        .catalog
        .manifests
        .insert(descriptor.digest, descriptor.clone());
    publication
        .catalog
        .names
        .insert(reference(name), descriptor);
    publication.blobs.insert(blob(b"layer").digest, 5);
    site.store
        .begin(&CLOCK)
        .unwrap()
        .publish(&publication)
        .unwrap();
}

#[test]
fn a_new_index_is_picked_up() {
    let site = published();
    let view = site.store.view().unwrap();
    let before = view.catalog();
    assert!(
        std::sync::Arc::ptr_eq(&before, &view.catalog()),
        "the same value until it changes"
    );
    site.put(&[b"second"]);
    publish(&site, "ghcr.io/acme/app:2", b"second");
    assert_eq!(view.catalog().names.len(), 2);
    assert!(view.open(&blob(b"second").digest).unwrap().is_some());
}

#[test]
fn an_index_that_cannot_be_read_leaves_the_one_before() {
    let site = published();
    let view = site.store.view().unwrap();
    let good = fs::read_to_string(site.path("index.json")).unwrap();
    let foreign = good.replace("\"airlock.published\"", "\"another.tool\"");
    fs::write(site.path("new"), foreign).unwrap();
    fs::rename(site.path("new"), site.path("index.json")).unwrap();
    assert_eq!(view.catalog().names.len(), 1);
    assert!(matches!(
        view.problem().as_deref(),
        Some(StoreError::Broken { .. })
    ));
    assert!(matches!(site.store.view(), Err(StoreError::Broken { .. })));
    assert!(matches!(
        site.store.publication(),
        Err(StoreError::Broken { .. })
    ));

    fs::write(site.path("new"), good).unwrap();
    fs::rename(site.path("new"), site.path("index.json")).unwrap();
    assert!(view.problem().is_none());
}

#[test]
fn a_list_that_was_changed_is_noticed() {
    let site = published();
    let list = fs::read_dir(site.path("airlock/published"))
        .unwrap()
        .next()
        .unwrap()
        .unwrap();
    let text = fs::read_to_string(list.path()).unwrap();
    fs::write(list.path(), text.replace(" 5", " 6")).unwrap();
    assert!(matches!(site.store.view(), Err(StoreError::Broken { .. })));
}

#[test]
fn a_blob_of_another_size_or_behind_a_link_is_not_served() {
    let site = published();
    let view = site.store.view().unwrap();
    let layer = blob_path(&site, b"layer");
    fs::set_permissions(&layer, fs::Permissions::from_mode(0o644)).unwrap();
    fs::write(&layer, b"laye").unwrap();
    assert!(view.open(&blob(b"layer").digest).unwrap().is_none());
    let manifest = blob_path(&site, b"manifest");
    fs::rename(&manifest, site.path("elsewhere")).unwrap();
    symlink(site.path("elsewhere"), &manifest).unwrap();
    assert!(view.open(&blob(b"manifest").digest).unwrap().is_none());
    fs::remove_file(&manifest).unwrap();
    rustix::fs::mkfifoat(rustix::fs::CWD, &manifest, 0o644.into()).unwrap();
    assert!(view.open(&blob(b"manifest").digest).unwrap().is_none());
}

#[test]
fn what_is_not_there_cannot_be_published() {
    let site = published();
    let before = fs::read(site.path("index.json")).unwrap();
    let mut publication = site.store.publication().unwrap();
    publication.blobs.insert(blob(b"absent").digest, 6);
    let writer = site.store.begin(&CLOCK).unwrap();
    let refused = writer.publish(&publication);
    assert!(
        matches!(refused, Err(StoreError::NotHeld(digest)) if digest == blob(b"absent").digest)
    );
    publication.blobs.clear();
    publication.blobs.insert(blob(b"layer").digest, 6);
    assert!(matches!(
        writer.publish(&publication),
        Err(StoreError::NotHeld(_))
    ));
    let mut other = manifest(b"manifest");
    other.media_type = "a/b".parse().unwrap();
    publication
        .catalog
        .names
        .insert(reference("quay.io/other/app:1"), other);
    assert!(matches!(
        writer.publish(&publication),
        Err(StoreError::TwoDescriptions { .. })
    ));
    assert_eq!(fs::read(site.path("index.json")).unwrap(), before);
}

#[test]
fn an_equal_publication_touches_nothing() {
    let site = published();
    let marks = |name: &str| {
        use std::os::unix::fs::MetadataExt as _;
        let meta = site.path(name).metadata().unwrap();
        (meta.ino(), meta.ctime_nsec())
    };
    let before = (marks("index.json"), marks("."));
    publish(&site, "ghcr.io/acme/app:1", b"manifest");
    assert_eq!((marks("index.json"), marks(".")), before);
}

#[test]
fn all_that_was_published_stays_pullable_when_a_name_moves() {
    let site = published();
    site.put(&[b"second"]);
    publish(&site, "ghcr.io/acme/app:1", b"second");
    let view = site.store.view().unwrap();
    let catalog = view.catalog();
    assert_eq!(
        catalog.names[&reference("ghcr.io/acme/app:1")],
        manifest(b"second")
    );
    assert!(view.open(&blob(b"manifest").digest).unwrap().is_some());
}

#[test]
fn reasons_for_not_serving() {
    let site = published();
    site.put(&[b"candidate"]);
    let writer = site.store.begin(&CLOCK).unwrap();
    let lock = writer.record_lock("version = 1\n").unwrap();
    let signer = Kid::from_bytes([4; 16]);
    let request = Request {
        id: TransferId::from_bytes([1; 32]),
        seq: 1,
        lock,
        created: 5,
        from: Kid::from_bytes([3; 16]),
        to: vec![signer],
        pending: vec![
            reference("quay.io/b/pending:1"),
            reference("quay.io/b/held:1"),
        ],
        bases: Vec::new(),
    };
    writer.append_event(&Event::Request(request)).unwrap();
    let view = site.store.view().unwrap();
    let tag = |registry, path, tag| view.explain(&Wanted::Tag(&repository(registry, path), tag));
    assert_eq!(
        tag("quay.io", "b/held", "1"),
        Explanation::Pending(reference("quay.io/b/held:1"))
    );
    let held = Held {
        bundle: TransferId::from_bytes([2; 32]),
        reference: reference("quay.io/b/held:1"),
        pin: manifest(b"candidate"),
        blobs: vec![blob(b"candidate").digest],
        seq: 1,
        signer,
        at: 6,
    };
    writer.append_event(&Event::Held(held)).unwrap();

    let digest = |content: &[u8]| {
        let digest = blob(content).digest;
        view.explain(&Wanted::Digest(&repository("ghcr.io", "acme/app"), &digest))
    };
    assert_eq!(
        tag("quay.io", "b/held", "1"),
        Explanation::Held(reference("quay.io/b/held:1"))
    );
    assert_eq!(
        digest(b"candidate"),
        Explanation::Held(reference("quay.io/b/held:1"))
    );
    assert_eq!(
        tag("quay.io", "b/pending", "1"),
        Explanation::Pending(reference("quay.io/b/pending:1"))
    );
    assert_eq!(
        tag("quay.io", "acme/app", "1"),
        Explanation::HeldAs(vec![reference("ghcr.io/acme/app:1")])
    );
    assert_eq!(tag("quay.io", "acme/app", "2"), Explanation::Unknown);
    assert_eq!(digest(b"unheard of"), Explanation::Unknown);
    let damaged = Explanation::Damaged(reference("ghcr.io/acme/app:1"));
    assert_eq!(digest(b"manifest"), damaged);
    assert_eq!(tag("ghcr.io", "acme/app", "1"), damaged);
}

#[test]
fn the_index_is_one_that_other_tools_read() {
    let site = published();
    site.put(&[b"second"]);
    publish(&site, "ghcr.io/acme/app:1", b"second");
    let text = fs::read_to_string(site.path("index.json")).unwrap();
    let index: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(index["schemaVersion"], 2);
    let entries = index["manifests"].as_array().unwrap();
    let key = "org.opencontainers.image.ref.name";
    assert_eq!(entries[0]["annotations"][key], "ghcr.io/acme/app:1");
    assert_eq!(entries[0]["digest"], blob(b"second").digest.to_string());
    assert!(entries[1].get("annotations").is_none());
    assert_eq!(entries[1]["digest"], blob(b"manifest").digest.to_string());
    assert_eq!(entries.len(), 2);
    assert_eq!(
        Publication::default(),
        Site::new().store.publication().unwrap()
    );
}

#[test]
fn outdated_lists_go_when_the_next_writer_begins() {
    let site = published();
    site.put(&[b"other layer"]);
    let mut publication = site.store.publication().unwrap();
    publication.blobs.insert(blob(b"other layer").digest, 11);
    site.store
        .begin(&CLOCK)
        .unwrap()
        .publish(&publication)
        .unwrap();
    let lists = || {
        fs::read_dir(site.path("airlock/published"))
            .unwrap()
            .count()
    };
    assert_eq!(lists(), 2, "a reader may still have the old index");
    let writer = site.store.begin(&CLOCK).unwrap();
    assert_eq!((lists(), writer.repairs().swept), (1, 1));
    assert_eq!(site.store.publication().unwrap(), publication);
}

#[test]
fn roots_are_all_that_anything_may_still_need() {
    let site = published();
    let writer = site.store.begin(&CLOCK).unwrap();
    let lock = writer.record_lock("version = 1\n").unwrap();
    let base = blob(b"base").digest;
    let held = blob(b"held layer").digest;
    let signer = Kid::from_bytes([4; 16]);
    let request = Request {
        id: TransferId::from_bytes([1; 32]),
        seq: 1,
        lock,
        created: 5,
        from: signer,
        to: Vec::new(),
        pending: Vec::new(),
        bases: vec![base],
    };
    writer
        .append_event(&Event::Request(request.clone()))
        .unwrap();
    let candidate = Held {
        bundle: TransferId::from_bytes([2; 32]),
        reference: reference("quay.io/b/held:1"),
        pin: manifest(b"held"),
        blobs: vec![held],
        seq: 1,
        signer,
        at: 6,
    };
    writer.append_event(&Event::Held(candidate)).unwrap();
    let roots = site.store.roots().unwrap();
    let published = [blob(b"manifest").digest, blob(b"layer").digest];
    let expected = [base, held, blob(b"held").digest, published[0], published[1]];
    assert_eq!(roots.blobs, expected.into());
    assert_eq!(roots.locks, [lock].into());

    let request = request.id;
    writer
        .append_event(&Event::Cancelled { request, at: 7 })
        .unwrap();
    let roots = site.store.roots().unwrap();
    assert!(!roots.blobs.contains(&base) && roots.locks.is_empty());
}
