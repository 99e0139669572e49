//! What is published of a lock: every image whose content is whole.

use std::collections::{BTreeMap, BTreeSet};

use lock_format::{Digest, Lockfile, Reference};

use crate::diagnostic::Failure;
use crate::ops::inside::held::HeldImage;
use crate::store::{Publication, Store};

/// What publishing came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PublishedImages {
    /// Images that are whole, and published as the lock says.
    pub images: Vec<Reference>,
    /// Names that stood for something else before.
    pub moved: Vec<Moved>,
    /// Pending images of the lock with a candidate that is whole, and published by nothing but a lock
    /// that pins it.
    pub held: Vec<HeldImage>,
    /// Images of the lock that are not whole, or pending without a candidate.
    pub missing: Vec<Reference>,
}

/// A name that stands for something else now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moved {
    /// The name.
    pub reference: Reference,
    /// What it stood for.
    pub from: Digest,
    /// What it stands for.
    pub to: Digest,
}

/// Tells what publishing the images of a lock that are `whole` comes to, and what is published then.
pub(super) fn plan(
    store: &Store,
    lockfile: &Lockfile,
    whole: &BTreeSet<Reference>,
    held: &BTreeMap<Reference, HeldImage>,
) -> Result<(PublishedImages, Publication), Failure> {
    let mut publication = store.publication()?;
    let mut result = PublishedImages::default();
    for image in lockfile.images() {
        let whole = whole.contains(&image.reference);
        let Some(pin) = image.pin.as_ref().filter(|_| whole) else {
            match held.get(&image.reference) {
                Some(held) => result.held.push(held.clone()),
                None => result.missing.push(image.reference.clone()),
            }
            continue;
        };
        if let Some(before) = publication.add(image) {
            result.moved.push(Moved {
                reference: image.reference.clone(),
                from: before.digest,
                to: pin.digest,
            });
        }
        result.images.push(image.reference.clone());
    }
    Ok((result, publication))
}
