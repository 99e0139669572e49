//! The ledger and the audit log on disk.

use std::collections::BTreeMap;
use std::fs::{self, OpenOptions};
use std::io::Write as _;

use airlock::store::ledger::{Event, Request};
use airlock::store::{AuditEntry, Store, StoreError};
use airlock::wire::{Kid, TransferId};
use lock_format::Digest;

use crate::site::{CLOCK, Site};

fn request(seq: u64) -> Event {
    Event::Request(Request {
        id: TransferId::from_bytes([u8::try_from(seq).unwrap(); 32]),
        seq,
        lock: Digest::Sha256([9; 32]),
        created: 5,
        from: Kid::from_bytes([3; 16]),
        to: Vec::new(),
        pending: Vec::new(),
        bases: Vec::new(),
    })
}

fn append(site: &Site, file: &str, text: &str) {
    let path = site.path(file);
    let mut file = OpenOptions::new().append(true).open(path).unwrap();
    file.write_all(text.as_bytes()).unwrap();
}

fn entry(event: &str) -> AuditEntry {
    AuditEntry {
        event: event.to_owned(),
        facts: BTreeMap::new(),
    }
}

#[test]
fn events_are_there_for_the_next_process() {
    let site = Site::new();
    let writer = site.store.begin(&CLOCK).unwrap();
    writer.append_event(&request(1)).unwrap();
    writer.append_event(&request(2)).unwrap();
    assert_eq!(writer.ledger().next_seq(), 3);
    drop(writer);
    let ledger = Store::open(&site.path("")).unwrap().ledger().unwrap();
    assert_eq!(ledger.next_seq(), 3);
    assert_eq!(ledger.open_requests().count(), 2);
}

#[test]
fn an_event_that_cannot_follow_is_not_written() {
    let site = Site::new();
    let writer = site.store.begin(&CLOCK).unwrap();
    writer.append_event(&request(2)).unwrap();
    let before = fs::read(site.path("airlock/ledger.jsonl")).unwrap();
    let refused = writer.append_event(&request(2));
    assert!(matches!(refused, Err(StoreError::EventRefused(_))));
    assert_eq!(fs::read(site.path("airlock/ledger.jsonl")).unwrap(), before);
}

#[test]
fn a_torn_end_is_ignored_by_readers_and_cut_by_the_next_writer() {
    for torn in ["{\"event\":\"vo", "\0\0\0\0\n", "{\"event\n"] {
        let site = Site::new();
        site.store
            .begin(&CLOCK)
            .unwrap()
            .append_event(&request(1))
            .unwrap();
        append(&site, "airlock/ledger.jsonl", torn);
        append(&site, "airlock/audit.jsonl", torn);
        let ledger = site.store.ledger().unwrap();
        assert_eq!(
            (ledger.next_seq(), ledger.torn_bytes()),
            (2, torn.len() as u64)
        );
        let writer = site.store.begin(&CLOCK).unwrap();
        assert_eq!(writer.repairs().ledger_cut, torn.len() as u64);
        assert_eq!(writer.repairs().audit_cut, torn.len() as u64);
        writer.append_event(&request(2)).unwrap();
        writer.audit(&entry("diff")).unwrap();
        assert_eq!(site.store.ledger().unwrap().next_seq(), 3);
    }
}

#[test]
fn damage_before_the_end_is_an_error_with_its_line() {
    let site = Site::new();
    let writer = site.store.begin(&CLOCK).unwrap();
    for seq in 1..4 {
        writer.append_event(&request(seq)).unwrap();
    }
    drop(writer);
    let path = site.path("airlock/ledger.jsonl");
    let good = fs::read_to_string(&path).unwrap();
    for (from, to) in [
        ("\"seq\":2", "\"seq\":"),
        ("\"seq\":2", "\"seq\":1"),
        ("\"seq\":2", "\"seq\":2,\"more\":1"),
        ("\"created\":5", "\"created\":-5"),
    ] {
        let line = if from.contains("seq") { 2 } else { 1 };
        fs::write(&path, good.replacen(from, to, 1)).unwrap();
        let error = site.store.ledger().unwrap_err();
        assert!(
            matches!(&error, StoreError::LedgerBroken { line: at, .. } if *at == line),
            "{error}"
        );
        assert!(site.store.begin(&CLOCK).is_err());
    }
    // A whole event that is not known is not a torn line, though it is the last.
    fs::write(&path, format!("{good}{{\"event\":\"later\",\"at\":1}}\n")).unwrap();
    assert!(matches!(
        site.store.ledger(),
        Err(StoreError::LedgerBroken { line: 4, .. })
    ));
}

#[test]
fn a_missing_ledger_is_an_error() {
    let site = Site::new();
    fs::remove_file(site.path("airlock/ledger.jsonl")).unwrap();
    assert!(matches!(
        site.store.ledger(),
        Err(StoreError::Broken { .. })
    ));
    assert!(matches!(
        site.store.begin(&CLOCK),
        Err(StoreError::Broken { .. })
    ));
}

#[test]
fn the_audit_chain_shows_a_changed_line() {
    let site = Site::new();
    let writer = site.store.begin(&CLOCK).unwrap();
    assert_eq!(site.store.audit_anchor().unwrap().count, 0);
    let first = writer.audit(&entry("diff")).unwrap();
    let second = writer.audit(&entry("apply")).unwrap();
    assert_eq!(site.store.audit_anchor().unwrap(), second);
    let path = site.path("airlock/audit.jsonl");
    let good = fs::read_to_string(&path).unwrap();
    for (from, to) in [("diff", "dift"), ("\"count\":2", "\"count\":3")] {
        fs::write(&path, good.replacen(from, to, 1)).unwrap();
        let changed = site.store.audit_anchor();
        assert!(
            matches!(changed, Err(StoreError::AuditBroken { line: 2, .. })),
            "{changed:?}"
        );
    }
    let shortened = good.split_inclusive('\n').next().unwrap();
    fs::write(&path, shortened).unwrap();
    assert_eq!(
        site.store.audit_anchor().unwrap(),
        first,
        "which the other side holds against it"
    );
}

#[test]
fn locks_are_read_back_only_if_they_are_what_they_were() {
    let site = Site::new();
    let writer = site.store.begin(&CLOCK).unwrap();
    let digest = writer.record_lock("version = 1\n").unwrap();
    assert_eq!(writer.record_lock("version = 1\n").unwrap(), digest);
    assert_eq!(
        site.store.lock_text(&digest).unwrap().as_deref(),
        Some("version = 1\n")
    );
    assert_eq!(
        site.store.lock_text(&Digest::Sha256([0; 32])).unwrap(),
        None
    );
    let path = site.path(&format!("airlock/locks/{}", digest.hex()));
    fs::write(&path, "version = 2\n").unwrap();
    assert!(matches!(
        site.store.lock_text(&digest),
        Err(StoreError::Broken { .. })
    ));
    writer.record_lock("version = 1\n").unwrap();
    assert!(site.store.lock_text(&digest).is_ok());
}
