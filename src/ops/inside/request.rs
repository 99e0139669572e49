//! `airlock diff --request`: the signed, sealed request, and its record in the ledger.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::sync::Arc;

use lock_format::{Digest, Lockfile, Platform, Reference};

use super::diff::Diff;
use crate::diagnostic::Failure;
use crate::ops::transfer::{self, Envelope};
use crate::run::Run;
use crate::seal::{CardName, Keyring};
use crate::store::ledger::{self, Event};
use crate::store::{AuditEntry, Store};
use crate::wire::{Accept, Kind, Nonce, Request, Transfer, TransferId, Want};

/// A request that is recorded in the ledger and ready to be carried.
#[derive(Debug)]
pub struct IssuedRequest {
    /// Its id.
    pub id: TransferId,
    /// Its number.
    pub seq: u64,
    /// The sealed file.
    pub sealed: Vec<u8>,
}

/// Whom a request asks, and for what.
#[derive(Clone, Copy, Debug)]
pub struct Asking<'a> {
    /// The stations that can open it; without any, every current one can.
    pub to: &'a [CardName],
    /// Whether to ask again for pending references of which a candidate is held.
    pub again: bool,
}

/// Seals and signs a request for what is missing, and records it with its lock.
///
/// The ledger comes first: a request that was recorded and never left is harmless, one that left and
/// is not known would get an answer that must be refused.
pub fn issue(
    lock: (&str, &Lockfile),
    diff: &Diff,
    store: &Store,
    keyring: &Keyring,
    asking: Asking<'_>,
    run: &Run<'_>,
) -> Result<IssuedRequest, Failure> {
    let (text, lockfile) = lock;
    let writer = store.begin(run.clock)?;
    let recipients = keyring.recipients_named(Kind::Request, asking.to)?;
    let address = transfer::address_to(keyring, Kind::Request, &recipients, store.site(), None)?;
    let pending = pending(lockfile, diff, asking.again);
    let lock_digest = writer.record_lock(text)?;
    let seq = writer.ledger().next_seq();
    let created = run.clock.unix_seconds();
    let mut nonce = [0; 16];
    run.entropy.fill(&mut nonce)?;
    let request = Request {
        address: address.clone(),
        accept: Accept::ours(),
        audit: store.audit_anchor()?,
        created,
        lock: lock_digest,
        nonce: Nonce::from_bytes(nonce),
        pending: pending.clone(),
        seq,
        want: wants(diff),
    };
    let envelope = Envelope::new(&Transfer::from(request), keyring)?;
    let id = envelope.id();
    let mut no_payload = |_| Ok(Box::new(io::empty()) as Box<dyn io::Read>);
    let sealed = envelope
        .seal_to(Vec::new())?
        .write(&mut no_payload, run.cancel)?;
    let entry = ledger::Request {
        id,
        seq,
        lock: lock_digest,
        created,
        from: address.from,
        to: address.to.into_iter().collect(),
        pending: pending.into_keys().collect(),
        bases: Vec::new(),
    };
    writer.audit(&audit_entry(&entry))?;
    writer.append_event(&Event::Request(entry))?;
    Ok(IssuedRequest { id, seq, sealed })
}

fn audit_entry(request: &ledger::Request) -> AuditEntry {
    AuditEntry {
        event: "request".to_owned(),
        facts: BTreeMap::from([
            ("id".to_owned(), request.id.to_string()),
            ("lock".to_owned(), request.lock.to_string()),
            ("seq".to_owned(), request.seq.to_string()),
        ]),
    }
}

/// What the lock leaves pending and the store has no candidate for; with `again`, all that is
/// pending, as a tag may have moved since.
fn pending(
    lockfile: &Lockfile,
    diff: &Diff,
    again: bool,
) -> BTreeMap<Reference, BTreeSet<Platform>> {
    lockfile
        .images()
        .iter()
        .filter(|image| image.is_pending())
        .filter(|image| again || !diff.held.contains_key(&image.reference))
        .map(|image| {
            let platforms = image
                .platforms
                .iter()
                .map(|platform| platform.name.clone())
                .collect();
            (image.reference.clone(), platforms)
        })
        .collect()
}

fn wants(diff: &Diff) -> BTreeMap<Digest, Want> {
    diff.plan
        .blobs
        .iter()
        .map(|missing| {
            let want = Want {
                size: missing.blob.size,
                images: missing.images.iter().cloned().map(Arc::new).collect(),
                media_type: missing.media_type.clone(),
                bases: BTreeSet::new(),
            };
            (missing.blob.digest, want)
        })
        .collect()
}
