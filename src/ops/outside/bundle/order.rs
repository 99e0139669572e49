//! What a bundle is made for: a request, or a lock that nobody asked about.

use std::collections::{BTreeMap, BTreeSet};

use lock_format::{Digest, Image, Lockfile, Platform, Reference};

use super::wanted::{self, Wanted};
use super::{BundleFailure, BundleOptions};
use crate::ops::lock_file::LockFile;
use crate::seal::{CardName, Keyring, Recipient, SealError};
use crate::wire::{Basis, Encoding, Kid, Kind, Request, SiteId, TransferId};

/// What a bundle is made for.
#[derive(Debug)]
pub struct Order<'o> {
    pub(super) site: SiteId,
    pub(super) basis: Basis,
    /// The key that signed the request, where there is one.
    requester: Option<Kid>,
    /// The digest of the lock that the inside holds it against.
    pub(super) lock: Digest,
    pub(super) wanted: BTreeMap<Digest, Wanted>,
    /// References that the request asks to resolve, with the platforms they are needed at.
    pub(super) asked: BTreeMap<Reference, BTreeSet<Platform>>,
    /// References that the lock leaves pending and nobody asked for: the inside would refuse them.
    pub(super) unasked: BTreeSet<Reference>,
    /// Whether the inside takes blobs as zstd.
    pub(super) zstd: bool,
    /// The lock, where all of it is carried.
    pub(super) whole: Option<&'o Lockfile>,
}

impl<'o> Order<'o> {
    /// Takes what a request asks for, or, where the options say so, all of its lock.
    pub fn of_request(
        request: &Request,
        id: TransferId,
        options: &'o BundleOptions,
    ) -> Result<Self, BundleFailure> {
        let whole = lock_of(request, options)?;
        Ok(Self {
            site: request.address.site,
            basis: Basis::Answers(id),
            requester: Some(request.address.from),
            lock: request.lock,
            wanted: match whole {
                Some(lockfile) => wanted::of_lock(lockfile),
                None => wanted::of_request(request),
            },
            asked: request.pending.clone(),
            unasked: BTreeSet::new(),
            zstd: request.accept.takes(Encoding::Zstd),
            whole,
        })
    }

    /// Takes all that a lock names and the older ones do not, for a site that asks for nothing.
    ///
    /// Every site that reads format 1 takes zstd.
    pub fn unsolicited(site: SiteId, serial: u64, lock: &'o LockFile, since: &[LockFile]) -> Self {
        let mut wanted = wanted::of_lock(&lock.lockfile);
        for blob in since
            .iter()
            .flat_map(|old| old.lockfile.images())
            .flat_map(Image::blobs)
        {
            wanted.remove(&blob.digest);
        }
        let images = lock.lockfile.images().iter();
        Self {
            site,
            basis: Basis::Serial(serial),
            requester: None,
            lock: lock.digest,
            wanted,
            asked: BTreeMap::new(),
            unasked: images
                .filter(|image| image.is_pending())
                .map(|image| image.reference.clone())
                .collect(),
            zstd: true,
            whole: since.is_empty().then_some(&lock.lockfile),
        }
    }

    /// Returns whom the bundle is sealed to: who asked and those that are named; where nobody asked,
    /// those that are named, or else the only site that the keyring trusts.
    pub(super) fn recipients(
        &self,
        keyring: &Keyring,
        named: &[CardName],
    ) -> Result<Vec<Recipient>, SealError> {
        match self.requester {
            Some(requester) => keyring.recipients_of_answer(requester, named),
            None => keyring.recipients_named(Kind::Bundle, named),
        }
    }
}

/// Returns the lock to carry all of, where that is asked for.
fn lock_of<'o>(
    request: &Request,
    options: &'o BundleOptions,
) -> Result<Option<&'o Lockfile>, BundleFailure> {
    match &options.lock {
        _ if !options.complete => Ok(None),
        None => Err(BundleFailure::NeedsLock(request.lock)),
        Some(lock) if lock.digest != request.lock => Err(BundleFailure::OtherLock {
            wanted: request.lock,
            found: lock.digest,
        }),
        Some(lock) => Ok(Some(&lock.lockfile)),
    }
}
