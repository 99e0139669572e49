//! An index against the lock.

use lock_format::{Descriptor, Digest, Image, ImagePlatform, PlatformContent};

use super::ClosureError;
use super::closure_error::Difference;
use crate::oci::{Child, Index};

/// Checks an index of an image: the pinned one, or one between it and a manifest.
///
/// Everything that the lock says lies directly below this index must be listed in it, with equal
/// digest, size and media type, and a manifest with an equal platform. An entry that names no
/// platform is decided by the config behind it ([`check_config`](super::check_config)).
///
/// # Errors
/// The index is none of this image, is of another media type, or lists something otherwise.
pub fn check_index(image: &Image, digest: &Digest, index: &Index) -> Result<(), ClosureError> {
    let steps = steps_below(image, digest);
    let Some(first) = steps.first() else {
        return Err(ClosureError::StrangeIndex(*digest));
    };
    if first.index.media_type != index.media_type {
        return Err(ClosureError::MediaType {
            digest: *digest,
            locked: first.index.media_type.clone(),
            found: index.media_type.clone(),
        });
    }
    steps.iter().try_for_each(|step| step.check(index))
}

/// One step down, from an index to what the lock says it lists.
struct Step<'a> {
    platform: &'a ImagePlatform,
    index: &'a Descriptor,
    below: &'a Descriptor,
    /// Whether the manifest is reached.
    last: bool,
}

/// Returns the steps of all platforms that start at an index.
fn steps_below<'a>(image: &'a Image, digest: &Digest) -> Vec<Step<'a>> {
    let mut found = Vec::new();
    let pin = image.pin.iter().filter(|pin| pin.media_type.is_index());
    for pin in pin {
        for platform in &image.platforms {
            let path = platform
                .content
                .iter()
                .flat_map(|content| path(pin, content));
            let path: Vec<&Descriptor> = path.collect();
            found.extend(
                path.windows(2)
                    .enumerate()
                    .filter_map(|(at, pair)| match pair {
                        [index, below] if index.digest == *digest => Some(Step {
                            platform,
                            index,
                            below,
                            last: at.saturating_add(2) == path.len(),
                        }),
                        _ => None,
                    }),
            );
        }
    }
    found
}

/// The way from the pin to a manifest.
fn path<'a>(
    pin: &'a Descriptor,
    content: &'a PlatformContent,
) -> impl Iterator<Item = &'a Descriptor> {
    std::iter::once(pin)
        .chain(&content.via)
        .chain([&content.manifest])
}

impl Step<'_> {
    /// One of the entries with the digest must be as the lock says: an index may list a manifest
    /// several times, for instance for several platforms.
    fn check(&self, index: &Index) -> Result<(), ClosureError> {
        let mut difference = None;
        for child in &index.manifests {
            if child.descriptor.digest != self.below.digest {
                continue;
            }
            match self.difference(child) {
                None => return Ok(()),
                Some(found) => difference = Some(found),
            }
        }
        let index = self.index.digest;
        let digest = self.below.digest;
        let platform = Box::new(self.platform.name.clone());
        Err(match difference {
            None => ClosureError::NotListed {
                index,
                digest,
                platform,
            },
            Some(difference) => ClosureError::ListedOtherwise {
                index,
                digest,
                platform,
                difference: Box::new(difference),
            },
        })
    }

    fn difference(&self, child: &Child) -> Option<Difference> {
        let Descriptor {
            size, media_type, ..
        } = &child.descriptor;
        if *size != self.below.size {
            let (locked, found) = (self.below.size, *size);
            return Some(Difference::Size { locked, found });
        }
        if *media_type != self.below.media_type {
            let (locked, found) = (self.below.media_type.clone(), media_type.clone());
            return Some(Difference::MediaType { locked, found });
        }
        let other = |platform: &&lock_format::Platform| !platform.serves(&self.platform.name);
        let platform = child.platform.as_ref().filter(other).filter(|_| self.last);
        platform.map(|platform| Difference::Platform(platform.clone()))
    }
}
