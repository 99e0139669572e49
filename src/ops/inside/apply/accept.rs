//! Whether a bundle may enter at all: site, request, lock (`docs/transfer-format.md`, acceptance).

use lock_format::{Digest, Lockfile};

use super::ApplyFailure;
use crate::diagnostic::Failure;
use crate::ops::lock_file::LockFile;
use crate::plan::LockfileFailure;
use crate::store::ledger::{BundleState, Delivery, RequestState};
use crate::store::{Ledger, Store};
use crate::wire::{Basis, Bundle, Kid, TransferId};

/// Seconds of ten years: further ahead of the site's clock no serial may be.
const TEN_YEARS: u64 = 10 * 366 * 24 * 3600;

/// What the site says beyond its ledger.
#[derive(Clone, Copy, Debug)]
pub(super) struct Site<'a> {
    /// The store.
    pub(super) store: &'a Store,
    /// Its ledger.
    pub(super) ledger: &'a Ledger,
    /// Whether bundles that answer no request are taken.
    pub(super) unsolicited: bool,
    /// Unix seconds.
    pub(super) now: u64,
}

/// A bundle that may enter, and the lock it is held against.
#[derive(Debug)]
pub(super) struct Accepted {
    pub(super) delivery: Delivery,
    pub(super) lockfile: Lockfile,
    /// The number of the request it answers; none for an unsolicited one.
    pub(super) seq: Option<u64>,
}

/// Tells whether this very bundle was applied before, whole or in part.
pub(super) fn applied_before(ledger: &Ledger, id: &TransferId) -> bool {
    ledger
        .bundle(id)
        .is_some_and(|bundle| matches!(bundle.state, BundleState::Part | BundleState::Closed))
}

/// Holds a bundle against the site; its signature is verified already.
pub(super) fn accept(
    site: Site<'_>,
    bundle: &Bundle,
    id: TransferId,
    signer: Kid,
    named: Option<&LockFile>,
) -> Result<Accepted, Failure> {
    if bundle.address.site != site.store.site() {
        let (site, found) = (site.store.site(), bundle.address.site);
        return Err(ApplyFailure::OtherSite { site, found }.into());
    }
    if let Some(expires) = bundle.address.expires.filter(|expires| *expires < site.now) {
        return Err(ApplyFailure::Expired(expires).into());
    }
    let (trusted, seq) = match bundle.basis {
        Basis::Answers(request) => answered(site.ledger, &request)?,
        Basis::Serial(serial) => {
            check_serial(site, signer, serial)?;
            (named.ok_or(ApplyFailure::NeedsLock)?.digest, None)
        }
    };
    let trusted = named.map_or(trusted, |named| named.digest);
    if bundle.lock != trusted {
        return Err(ApplyFailure::OtherLock {
            trusted,
            found: bundle.lock,
        }
        .into());
    }
    let lockfile = match named {
        Some(named) => named.lockfile.clone(),
        None => recorded(site.store, &trusted)?,
    };
    let delivery = Delivery {
        bundle: id,
        basis: bundle.basis,
        signer,
        lock: trusted,
    };
    Ok(Accepted {
        delivery,
        lockfile,
        seq,
    })
}

fn answered(ledger: &Ledger, id: &TransferId) -> Result<(Digest, Option<u64>), Failure> {
    let (request, state) = ledger
        .request(id)
        .ok_or(ApplyFailure::UnknownRequest(*id))?;
    match state {
        RequestState::Open | RequestState::Part => Ok((request.lock, Some(request.seq))),
        RequestState::Closed => Err(ApplyFailure::ClosedRequest(*id).into()),
        RequestState::Cancelled => Err(ApplyFailure::CancelledRequest(*id).into()),
        RequestState::Void => Err(ApplyFailure::VoidRequest(*id).into()),
    }
}

fn check_serial(site: Site<'_>, signer: Kid, serial: u64) -> Result<(), Failure> {
    if !site.unsolicited {
        return Err(ApplyFailure::Unsolicited.into());
    }
    let found = serial;
    match site.ledger.last_serial(&signer) {
        Some(last) if serial <= last => Err(ApplyFailure::Serial {
            found,
            signer,
            last,
        }
        .into()),
        _ if serial > site.now.saturating_add(TEN_YEARS) => {
            Err(ApplyFailure::FarSerial { found, signer }.into())
        }
        _ => Ok(()),
    }
}

/// Reads the lock that was recorded when the request was issued.
pub(super) fn recorded(store: &Store, digest: &Digest) -> Result<Lockfile, Failure> {
    let text = store
        .lock_text(digest)?
        .ok_or(ApplyFailure::UnreadableLock(*digest))?;
    let parsed = Lockfile::parse(&text).map_err(|error| {
        LockfileFailure::new(&format!("recorded lock {}", digest.short()), &text, error)
    })?;
    Ok(parsed.lockfile)
}
