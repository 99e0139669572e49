//! What is published of a lock: every image whose content is whole.

use lock_format::{Digest, Lockfile, Reference};

use crate::diagnostic::Failure;
use crate::store::{Published, Store, Writer};

/// What publishing came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PublishedImages {
    /// Images that are whole, and published as the lock says.
    pub images: Vec<Reference>,
    /// Names that stood for something else before.
    pub moved: Vec<Moved>,
    /// Images of the lock that are not whole, or still pending.
    pub missing: Vec<Reference>,
    /// Whether anything changed.
    pub changed: bool,
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

/// Publishes the images of a lock that `is_whole` finds whole.
pub(super) fn publish(
    store: &Store,
    writer: &Writer<'_>,
    lockfile: &Lockfile,
    is_whole: &dyn Fn(&Reference) -> bool,
) -> Result<PublishedImages, Failure> {
    let mut publication = store.publication()?;
    let mut result = PublishedImages::default();
    for image in lockfile.images() {
        let Some(pin) = image.pin.as_ref().filter(|_| is_whole(&image.reference)) else {
            result.missing.push(image.reference.clone());
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
    result.changed = writer.publish(&publication)? == Published::Changed;
    Ok(result)
}
