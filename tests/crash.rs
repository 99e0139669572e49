//! An `apply` cut at every step: the store stays valid, nothing half is visible, the rerun finishes
//! (`docs/store.md`, 3).
#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails")]

#[path = "crash/faulty_disk.rs"]
mod faulty_disk;
#[path = "store/site.rs"]
mod site;

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::Path;
use std::sync::Arc;

use airlock::oci::{StoreView as _, digest_of};
use airlock::run::FixedEntropy;
use airlock::store::ledger::{BundleState, Delivery, Event, Held, Outcome, Request};
use airlock::store::{AuditEntry, Disk, Publication, Store, StoreError};
use airlock::wire::{Basis, Kid, TransferId};
use faulty_disk::{Fault, FaultyDisk, files};
use lock_format::{Algorithm, Reference};
use site::{CLOCK, Site, blob, manifest, with_run};

const OLD: &[&[u8]] = &[b"old manifest", b"shared layer"];
const NEW: &[&[u8]] = &[b"new manifest", b"new layer, somewhat longer", b"candidate"];
const OLD_LOCK: &str = "version = 1\n";
const NEW_LOCK: &str = "version = 1\n# newer\n";
const REQUEST: TransferId = TransferId::from_bytes([1; 32]);
const BUNDLE: TransferId = TransferId::from_bytes([2; 32]);

/// What a power loss takes besides ending the process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Loss {
    Nothing,
    Bytes,
    Names,
    BytesAndNames,
}

fn name(text: &str) -> Reference {
    Reference::parse_canonical(text).unwrap()
}

fn old_publication() -> Publication {
    with(Publication::default(), OLD)
}

fn new_publication() -> Publication {
    with(old_publication(), NEW)
}

/// Adds a manifest, under the one name, and its layer.
fn with(mut publication: Publication, contents: &[&[u8]]) -> Publication {
    let (manifest, layer) = (manifest(contents[0]), blob(contents[1]));
    let catalog = &mut publication.catalog;
    catalog
        .names
        .insert(name("reg.lan:5000/app:1"), manifest.clone());
    catalog.manifests.insert(manifest.digest, manifest);
    publication.blobs.insert(layer.digest, layer.size);
    publication
}

/// A store that has the old images and an open request.
fn site() -> Site {
    let site = Site::on(Arc::new(FaultyDisk::hasty()));
    site.put(OLD);
    let writer = site.store.begin(&CLOCK).unwrap();
    writer.publish(&old_publication()).unwrap();
    let lock = writer.record_lock(OLD_LOCK).unwrap();
    let request = Request {
        id: REQUEST,
        seq: 1,
        lock,
        created: 5,
        from: Kid::from_bytes([3; 16]),
        to: vec![Kid::from_bytes([4; 16])],
        pending: vec![name("reg.lan:5000/next:1")],
        bases: Vec::new(),
    };
    writer.append_event(&Event::Request(request)).unwrap();
    drop(writer);
    site
}

fn delivery() -> Delivery {
    Delivery {
        bundle: BUNDLE,
        basis: Basis::Answers(REQUEST),
        signer: Kid::from_bytes([4; 16]),
        lock: digest_of(Algorithm::Sha256, NEW_LOCK.as_bytes()),
    }
}

/// The order of an `apply`, as `docs/store.md` gives it.
fn apply(folder: &Path, disk: Arc<dyn Disk>) -> Result<(), StoreError> {
    let store = Store::open_on(folder, disk)?;
    let wanted: Vec<_> = NEW.iter().map(|content| blob(content)).collect();
    let there = with_run(|run| store.inventory(&wanted, run))?.inventory;
    let writer = store.begin(&CLOCK)?;
    writer.record_lock(NEW_LOCK)?;
    let at = 6;
    writer.append_event(&Event::Intent {
        delivery: delivery(),
        at,
    })?;
    for content in NEW.iter().filter(|content| !there.holds(&blob(content))) {
        let mut writer = writer.blob(blob(content))?;
        for piece in content.chunks(5) {
            writer
                .write_all(piece)
                .map_err(|error| StoreError::from_io(error).unwrap())?;
        }
        writer.finish()?;
    }
    writer.commit_blobs()?;
    writer.append_event(&Event::Held(Held {
        bundle: BUNDLE,
        reference: name("reg.lan:5000/next:1"),
        pin: manifest(NEW[2]),
        blobs: vec![blob(NEW[2]).digest],
        seq: 1,
        signer: Kid::from_bytes([4; 16]),
        at,
    }))?;
    writer.publish(&new_publication())?;
    writer.audit(&AuditEntry {
        event: "apply".to_owned(),
        facts: BTreeMap::from([("bundle".to_owned(), BUNDLE.to_string())]),
    })?;
    writer.append_event(&Event::Commit {
        delivery: delivery(),
        outcome: Outcome::Closed,
        at,
    })
}

/// What must hold whenever somebody opens the store; true where the new state is published.
fn assert_valid(folder: &Path, context: &str) -> bool {
    let store = Store::open(folder).unwrap();
    let publication = store.publication().unwrap();
    let is_new = publication == new_publication();
    assert!(
        is_new || publication == old_publication(),
        "{context}: a mixture is published"
    );
    for path in files(&folder.join("blobs/sha256")) {
        let file_name = path.file_name().unwrap().to_str().unwrap();
        if file_name.starts_with("before-") {
            continue;
        }
        #[expect(clippy::disallowed_methods, reason = "our own small files")]
        let bytes = std::fs::read(&path).unwrap();
        let digest = digest_of(Algorithm::Sha256, &bytes);
        assert_eq!(digest.hex(), file_name, "{context}: half a blob is visible");
    }
    let view = store.view().unwrap();
    let manifests = publication
        .catalog
        .manifests
        .values()
        .map(|m| (m.digest, m.size));
    for (digest, size) in manifests.chain(publication.blobs) {
        let opened = view.open(&digest).unwrap();
        let opened =
            opened.unwrap_or_else(|| panic!("{context}: {digest} is published and not there"));
        assert_eq!(opened.size(), size, "{context}");
    }
    assert!(
        view.open(&blob(NEW[2]).digest).unwrap().is_none(),
        "{context}: held content is served"
    );
    let ledger = store.ledger().unwrap();
    let anchor = store.audit_anchor().unwrap();
    if ledger
        .bundle(&BUNDLE)
        .is_some_and(|bundle| bundle.state == BundleState::Closed)
    {
        assert!(is_new, "{context}: committed and not published");
        assert!(
            anchor.count > 0,
            "{context}: committed and not in the audit log"
        );
    }
    if let Some(bundle) = ledger.bundle(&BUNDLE) {
        let text = store.lock_text(&bundle.delivery.lock).unwrap();
        assert_eq!(
            text.as_deref(),
            Some(NEW_LOCK),
            "{context}: an intent without its lock"
        );
    }
    if is_new {
        assert!(
            ledger.bundle(&BUNDLE).is_some(),
            "{context}: published without an intent"
        );
        assert_eq!(
            ledger.held().count(),
            1,
            "{context}: published before held content was noted"
        );
    }
    is_new
}

fn assert_finishes(folder: &Path, context: &str) {
    let disk = Arc::new(FaultyDisk::hasty());
    apply(folder, disk.clone()).unwrap();
    disk.forget_backups();
    assert!(
        assert_valid(folder, context),
        "{context}: the rerun did not publish"
    );
    let store = Store::open(folder).unwrap();
    let ledger = store.ledger().unwrap();
    assert_eq!(
        ledger.bundle(&BUNDLE).unwrap().state,
        BundleState::Closed,
        "{context}"
    );
    assert_eq!(ledger.open_requests().count(), 0, "{context}");
    assert_eq!(ledger.torn_bytes(), 0, "{context}");
    assert_eq!(
        files(&folder.join("airlock/tmp")),
        Vec::<std::path::PathBuf>::new(),
        "{context}"
    );
}

#[test]
fn a_cut_at_any_step_leaves_the_old_or_the_new_state() {
    let losses = [Loss::Nothing, Loss::Bytes, Loss::Names, Loss::BytesAndNames];
    let (mut old, mut new) = (0, 0);
    for loss in losses {
        for step in 0.. {
            let site = site();
            let folder = site.path("");
            let disk = Arc::new(FaultyDisk::new(Fault::Death, step));
            let result = apply(&folder, disk.clone());
            if result.is_ok() {
                assert!(step > 20, "only {step} steps were seen");
                break;
            }
            if matches!(loss, Loss::Bytes | Loss::BytesAndNames) {
                disk.lose_bytes(&folder);
            }
            if matches!(loss, Loss::Names | Loss::BytesAndNames) {
                disk.lose_names();
            }
            disk.forget_backups();
            let context = format!("cut at step {step}, {loss:?} lost");
            *(if assert_valid(&folder, &context) {
                &mut new
            } else {
                &mut old
            }) += 1;
            assert_finishes(&folder, &context);
        }
    }
    assert!(
        old > 0 && new > 0,
        "both sides of the publication were cut: {old} {new}"
    );
}

#[test]
fn a_disk_that_is_full_at_any_step_says_so_and_leaves_a_valid_store() {
    for step in 0.. {
        let site = site();
        let folder = site.path("");
        let disk = Arc::new(FaultyDisk::new(Fault::Full, step));
        let context = format!("full at step {step}");
        match apply(&folder, disk.clone()) {
            Ok(()) if disk.steps() <= step => break,
            // Removing a file needs no space; the failure was in a clean-up that goes on.
            Ok(()) => {}
            Err(StoreError::Full { available, .. }) => assert!(available > 0, "{context}"),
            Err(error) => panic!("{context}: {error:?}"),
        }
        disk.forget_backups();
        assert_valid(&folder, &context);
        let left = files(&folder.join("airlock/tmp"));
        assert!(left.is_empty(), "{context}: {left:?}");
        assert_eq!(
            Store::open(&folder).unwrap().ledger().unwrap().torn_bytes(),
            0,
            "{context}"
        );
        assert_finishes(&folder, &context);
    }
}

#[test]
fn a_creation_cut_at_any_step_is_finished_by_the_next() {
    for step in 0.. {
        let folder = tempfile::TempDir::new().unwrap();
        let path = folder.path().join("store");
        let entropy = FixedEntropy::new(9);
        let disk = Arc::new(FaultyDisk::new(Fault::Death, step));
        if Store::create_on(&path, &entropy, disk.clone()).is_ok() {
            assert!(step > 10, "only {step} steps were seen");
            break;
        }
        disk.lose_bytes(&path);
        disk.lose_names();
        let opened = Store::open(&path);
        assert!(
            matches!(opened, Err(StoreError::NoStore(_))),
            "step {step}: {opened:?}"
        );
        let store = Store::create_on(&path, &entropy, Arc::new(FaultyDisk::hasty())).unwrap();
        assert_eq!(store.publication().unwrap(), Publication::default());
        store.begin(&CLOCK).unwrap();
    }
}

#[test]
fn a_store_that_takes_no_records_is_read_all_the_same() {
    let site = Site::new();
    site.put(&[b"layer"]);
    std::fs::remove_file(site.path("airlock/verified")).unwrap();
    let disk = Arc::new(FaultyDisk::new(Fault::Full, 0));
    let store = Store::open_on(&site.path(""), disk).unwrap();
    let checked = with_run(|run| store.inventory(&[blob(b"layer")], run)).unwrap();
    assert!(checked.inventory.holds(&blob(b"layer")));
    assert!(matches!(checked.unrecorded, Some(StoreError::Full { .. })));
    assert_eq!(site.check(&[b"layer"]).digested, 1, "it was not recorded");
}
