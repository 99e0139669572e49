//! What a bundle says that pending references name.

use std::collections::BTreeMap;

use lock_format::{Blob, Descriptor, Digest, Image, Reference};

use super::accept::{Accepted, Site};
use super::content;
use super::entries::Entries;
use super::{ApplyFailure, closure};
use crate::diagnostic::Failure;
use crate::oci::Inventory;
use crate::ops::inside::held::AtHand;
use crate::ops::project::{self, pin_pending};
use crate::ops::transfer::Opened;
use crate::run::{Run, Silent};
use crate::wire::{Basis, Bundle};

/// The image behind each reference that a bundle resolves, pinned.
pub(super) type Candidates = BTreeMap<Reference, Image>;

/// What candidates are read from.
#[derive(Clone, Copy)]
pub(super) struct Brought<'a> {
    pub(super) opened: &'a Opened,
    pub(super) bundle: &'a Bundle,
    pub(super) entries: &'a Entries,
    pub(super) site: Site<'a>,
}

/// Holds each resolution against the request, the lock and the ledger, and finds its closure.
pub(super) fn of(
    brought: Brought<'_>,
    accepted: &Accepted,
    run: &Run<'_>,
) -> Result<Candidates, Failure> {
    let mut candidates = Candidates::new();
    for (reference, pin) in &brought.bundle.resolutions {
        run.cancel.check()?;
        let pending = asked(brought, accepted, reference)?;
        if reference
            .digest()
            .is_some_and(|digest| *digest != pin.digest)
        {
            return Err(ApplyFailure::OtherDigest {
                reference: reference.clone(),
                found: pin.digest,
            }
            .into());
        }
        check_age(brought.site, accepted, reference)?;
        let image = closed(brought, pending, pin, run)?;
        candidates.insert(reference.clone(), image);
    }
    Ok(candidates)
}

/// Returns the image of the lock that a resolution is for: the request asked for it, and the lock
/// still leaves it pending.
fn asked<'a>(
    brought: Brought<'_>,
    accepted: &'a Accepted,
    reference: &Reference,
) -> Result<&'a Image, Failure> {
    let unasked = || Failure::from(ApplyFailure::Resolution(reference.clone()));
    let Basis::Answers(id) = brought.bundle.basis else {
        return Err(unasked());
    };
    let (request, _) = brought.site.ledger.request(&id).ok_or_else(unasked)?;
    if !request.pending.contains(reference) {
        return Err(unasked());
    }
    let image = accepted.lockfile.image(reference);
    image.filter(|image| image.is_pending()).ok_or_else(unasked)
}

/// Refuses what answers an older request than a resolution that was seen: a replay would move the
/// candidate back.
fn check_age(site: Site<'_>, accepted: &Accepted, reference: &Reference) -> Result<(), Failure> {
    match (accepted.seq, site.ledger.resolved_seq(reference)) {
        (Some(found), Some(seen)) if found < seen => Err(ApplyFailure::OlderResolution {
            reference: reference.clone(),
            found,
            seen,
        }
        .into()),
        _ => Ok(()),
    }
}

/// Finds the closure of a candidate in the bundle and the store, and checks it as that of a locked
/// image.
fn closed(
    brought: Brought<'_>,
    pending: &Image,
    pin: &Descriptor,
    run: &Run<'_>,
) -> Result<Image, Failure> {
    let (opened, entries, store) = (brought.opened, brought.entries, brought.site.store);
    let find = |blob: &Blob| content::document(opened, entries, store, blob);
    let length = |digest: &Digest| match entries.get(digest) {
        Some((_, carried)) => Ok(Some(carried.content())),
        None => Ok(store.stored(digest)?),
    };
    let upstream = AtHand {
        reference: &pending.reference,
        pin,
        find: &find,
        length: &length,
    };
    // What the station would be warned of is no news inside.
    let quiet = Run {
        events: &Silent,
        ..*run
    };
    let image = pin_pending(pending, &upstream, quiet).map_err(|cause| refused(pending, cause))?;
    closure::check(&image, &find)?;
    Ok(image)
}

/// Tells that a candidate cannot be pinned; any other failure stands as it is.
fn refused(pending: &Image, cause: Failure) -> Failure {
    if !project::CODES.contains(&cause.facts().code()) {
        return cause;
    }
    ApplyFailure::RefusedResolution {
        reference: pending.reference.clone(),
        cause,
    }
    .into()
}

/// Refuses a candidate of which a blob is neither in the bundle nor in the store.
pub(super) fn check_whole(
    candidates: &Candidates,
    entries: &Entries,
    inventory: &Inventory,
) -> Result<(), Failure> {
    for image in candidates.values() {
        let blobs = image.blobs();
        let lacks = |blob: &&Blob| !entries.contains_key(&blob.digest) && !inventory.holds(blob);
        if let Some(blob) = blobs.iter().find(lacks) {
            return Err(ApplyFailure::IncompleteResolution {
                reference: image.reference.clone(),
                digest: blob.digest,
            }
            .into());
        }
    }
    Ok(())
}
