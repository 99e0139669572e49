//! ONBUILD triggers as the lock records them.

use std::collections::BTreeMap;

use lock_format::{Lockfile, Platform, Reference};

use crate::diagnostic::Failure;
use crate::dockerfile::ImageAt;
use crate::ops::resolve::OnbuildTriggers;

/// The triggers of a lock's images. An image that the lock lacks has none: that it is missing is a
/// finding of its own.
pub(super) struct LockedTriggers<'a>(BTreeMap<(&'a Reference, &'a Platform), &'a [String]>);

impl<'a> LockedTriggers<'a> {
    pub(super) fn of(lock: &'a Lockfile) -> Self {
        let images = lock.images().iter();
        let all = images.flat_map(|image| {
            image.platforms.iter().filter_map(|platform| {
                let content = platform.content.as_ref()?;
                Some((
                    (&image.reference, &platform.name),
                    content.onbuild.as_slice(),
                ))
            })
        });
        Self(all.filter(|(_, triggers)| !triggers.is_empty()).collect())
    }
}

impl OnbuildTriggers for LockedTriggers<'_> {
    fn triggers(&self, image: &ImageAt) -> Result<Vec<String>, Failure> {
        let found = self.0.get(&(&image.reference, &image.platform));
        Ok(found.map(|triggers| triggers.to_vec()).unwrap_or_default())
    }
}
