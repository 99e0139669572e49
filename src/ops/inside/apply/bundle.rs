//! A bundle, from opened to published.

use std::collections::{BTreeMap, BTreeSet};

use lock_format::{Image, Lockfile, Reference};

use super::accept::{self, Accepted, Site};
use super::candidates::{self, Brought, Candidates};
use super::entries::{self, Entries};
use super::{PublishedImages, closure, content, keys, older, publish, stage, unasked};
use crate::diagnostic::Failure;
use crate::oci::Inventory;
use crate::ops::inside::diff::unique_blobs;
use crate::ops::inside::held::{HeldImage, held};
use crate::ops::lock_file::LockFile;
use crate::ops::transfer::{Opened, TransferError};
use crate::run::Run;
use crate::store::ledger::{self, Delivery, Event, Outcome};
use crate::store::{AuditEntry, Publication, Store, Writer};
use crate::wire::{Basis, Bundle, Carried, Kind, TransferId};

/// How a bundle is applied.
#[derive(Clone, Debug, Default)]
pub struct ApplyOptions {
    /// The lock that the operator names, and its digest; else the recorded one is trusted.
    pub lock: Option<LockFile>,
    /// Whether bundles that answer no request are taken.
    pub unsolicited: bool,
    /// Whether a lock may move names back.
    pub allow_older: bool,
    /// Whether only to tell what would be done: the store stays as it is.
    pub check: bool,
}

/// What applying a bundle came to.
#[derive(Clone, Debug)]
pub enum Applied {
    /// This very bundle was applied before: nothing was done.
    Before(TransferId),
    /// Its content is published.
    Now {
        /// The bundle.
        bundle: TransferId,
        /// Blobs written.
        blobs: usize,
        /// Bytes of those.
        bytes: u64,
        /// What was published.
        published: PublishedImages,
        /// What the station says it could not get.
        lacking: Vec<String>,
    },
}

/// Verifies an opened bundle against the trusted lock and publishes what is whole.
///
/// With [`ApplyOptions::check`] every byte is read and verified as well, and nothing is written.
pub fn apply(
    opened: &Opened,
    store: &Store,
    options: &ApplyOptions,
    run: &Run<'_>,
) -> Result<Applied, Failure> {
    let bundle = opened.bundle().ok_or_else(|| TransferError::OtherKind {
        found: opened.kind(),
        expected: vec![Kind::Bundle],
    })?;
    let writer = if options.check {
        None
    } else {
        Some(store.begin(run.clock)?)
    };
    let ledger = match &writer {
        Some(writer) => writer.ledger(),
        None => store.ledger()?,
    };
    if accept::applied_before(&ledger, &opened.id()) {
        return Ok(Applied::Before(opened.id()));
    }
    let site = Site {
        store,
        ledger: &ledger,
        unsolicited: options.unsolicited,
        now: run.clock.unix_seconds(),
    };
    let accepted = accept::accept(
        site,
        bundle,
        opened.id(),
        opened.signer(),
        options.lock.as_ref(),
    )?;
    let answered = match bundle.basis {
        Basis::Answers(request) => ledger.request(&request),
        Basis::Serial(_) => None,
    };
    let request = answered.map(|(request, _)| request);
    keys::check(opened.standing(), bundle, request)?;
    if !options.allow_older {
        older::check(
            store,
            &ledger,
            &accepted.delivery.lock,
            &accepted.lockfile,
            accepted.seq,
        )?;
    }
    let entries = entries::of(bundle);
    let brought = Brought {
        opened,
        bundle,
        entries: &entries,
        site,
    };
    let candidates = candidates::of(brought, &accepted, run)?;
    entries::check(&entries, &accepted.lockfile, &candidates)?;
    let mut blobs = unique_blobs(&accepted.lockfile);
    blobs.extend(candidates.values().flat_map(Image::blobs));
    let inventory = store.inventory(&blobs, run)?.inventory;
    candidates::check_whole(&candidates, &entries, &inventory)?;
    if let Basis::Serial(_) = bundle.basis {
        unasked::check_complete(bundle, &accepted.lockfile, &entries, &inventory)?;
    }
    let whole = check_whole(opened, store, &accepted.lockfile, &entries, &inventory, run)?;
    let mut held = held(&accepted.lockfile, store, &ledger, run)?;
    held.extend(newly_held(&candidates, opened, &accepted));
    let import = Import {
        opened,
        store,
        bundle,
        accepted: &accepted,
        inventory: &inventory,
        whole: &whole,
        candidates: &candidates,
        held: &held,
    };
    import.require_space()?;
    match &writer {
        Some(writer) => import.write(writer, options.lock.as_ref(), run),
        None => import.check(run),
    }
}

/// A bundle that is known to fit, about to be written.
struct Import<'a> {
    opened: &'a Opened,
    store: &'a Store,
    bundle: &'a Bundle,
    accepted: &'a Accepted,
    inventory: &'a Inventory,
    /// Images whose content will be whole.
    whole: &'a BTreeSet<Reference>,
    /// What it brings for pending references.
    candidates: &'a Candidates,
    /// What is held for pending references afterwards.
    held: &'a BTreeMap<Reference, HeldImage>,
}

fn newly_held(
    candidates: &Candidates,
    opened: &Opened,
    accepted: &Accepted,
) -> BTreeMap<Reference, HeldImage> {
    let held = |image: &Image| HeldImage {
        image: image.clone(),
        seq: accepted.seq.unwrap_or_default(),
        signer: opened.signer(),
    };
    candidates
        .iter()
        .map(|(reference, image)| (reference.clone(), held(image)))
        .collect()
}

/// Checks every image whose content will be whole, and returns those.
fn check_whole(
    opened: &Opened,
    store: &Store,
    lockfile: &Lockfile,
    entries: &Entries,
    inventory: &Inventory,
    run: &Run<'_>,
) -> Result<BTreeSet<Reference>, Failure> {
    let find = |blob: &_| content::document(opened, entries, store, blob);
    let mut whole = BTreeSet::new();
    for image in lockfile.images().iter().filter(|image| !image.is_pending()) {
        run.cancel.check()?;
        let mut blobs = image.blobs().into_iter();
        if blobs.all(|blob| entries.contains_key(&blob.digest) || inventory.holds(&blob)) {
            closure::check(image, &find)?;
            whole.insert(image.reference.clone());
        }
    }
    Ok(whole)
}

impl Import<'_> {
    /// Tells a full disk before the first byte is written.
    fn require_space(&self) -> Result<(), Failure> {
        let needed = self.opened.entries().iter().map(Carried::content);
        let needed = needed.filter(|blob| !self.inventory.holds(blob));
        let bytes = needed.fold(0_u64, |sum, blob| sum.saturating_add(blob.size));
        Ok(self.store.require_space(bytes)?)
    }

    /// Reads and verifies everything, and tells what [`write`](Self::write) would come to.
    fn check(&self, run: &Run<'_>) -> Result<Applied, Failure> {
        let staged = stage::stage(self.opened, None, self.inventory, run)?;
        let (published, _) = self.plan()?;
        Ok(self.applied(staged, published))
    }

    /// Writes blobs, publishes, and records, in the order that a crash forgives.
    fn write(
        &self,
        writer: &Writer<'_>,
        named: Option<&LockFile>,
        run: &Run<'_>,
    ) -> Result<Applied, Failure> {
        let delivery = self.accepted.delivery.clone();
        let at = run.clock.unix_seconds();
        writer.append_event(&Event::Intent {
            delivery: delivery.clone(),
            at,
        })?;
        let staged = stage::stage(self.opened, Some(writer), self.inventory, run)?;
        // Every byte is verified by now: what is refused leaves no lock behind.
        if let Some(named) = named {
            writer.record_lock(&named.text)?;
        }
        writer.commit_blobs()?;
        self.hold(writer, run)?;
        let (published, publication) = self.plan()?;
        writer.publish(&publication)?;
        let outcome = if published.missing.is_empty() {
            Outcome::Closed
        } else {
            Outcome::Part
        };
        writer.audit(&audit(&delivery, staged, &published))?;
        let at = run.clock.unix_seconds();
        writer.append_event(&Event::Commit {
            delivery,
            outcome,
            at,
        })?;
        Ok(self.applied(staged, published))
    }

    /// Records the candidates, so that their content stays and nothing older takes their place.
    fn hold(&self, writer: &Writer<'_>, run: &Run<'_>) -> Result<(), Failure> {
        let delivery = &self.accepted.delivery;
        for (reference, image) in self.candidates {
            let Some(pin) = image.pin.clone() else {
                continue;
            };
            writer.append_event(&Event::Held(ledger::Held {
                bundle: delivery.bundle,
                reference: reference.clone(),
                pin,
                blobs: image.blobs().iter().map(|blob| blob.digest).collect(),
                seq: self.accepted.seq.unwrap_or_default(),
                signer: delivery.signer,
                at: run.clock.unix_seconds(),
            }))?;
        }
        Ok(())
    }

    fn plan(&self) -> Result<(PublishedImages, Publication), Failure> {
        let lockfile = &self.accepted.lockfile;
        publish::plan(self.store, lockfile, self.whole, self.held)
    }

    fn applied(&self, (blobs, bytes): (usize, u64), published: PublishedImages) -> Applied {
        let missing = self.bundle.missing.values();
        Applied::Now {
            bundle: self.opened.id(),
            blobs,
            bytes,
            published,
            lacking: missing.map(|missing| missing.text.to_string()).collect(),
        }
    }
}

fn audit(
    delivery: &Delivery,
    (blobs, bytes): (usize, u64),
    published: &PublishedImages,
) -> AuditEntry {
    AuditEntry {
        event: "apply".to_owned(),
        facts: BTreeMap::from([
            ("blobs".to_owned(), blobs.to_string()),
            ("bundle".to_owned(), delivery.bundle.to_string()),
            ("bytes".to_owned(), bytes.to_string()),
            ("held".to_owned(), published.held.len().to_string()),
            ("images".to_owned(), published.images.len().to_string()),
            ("lock".to_owned(), delivery.lock.to_string()),
            ("moved".to_owned(), published.moved.len().to_string()),
            ("signer".to_owned(), delivery.signer.to_string()),
        ]),
    }
}
