//! A pending image pinned: what its reference names, at the platforms that the lock asks for.

use lock_format::{Image, ImagePlatform, PlatformContent};

use super::lock::naming_images;
use super::pin::{Pinned, Resolved};
use crate::diagnostic::Failure;
use crate::oci::Upstream;
use crate::run::Run;

/// Resolves one image of a lock that is pending, as `airlock lock` would.
///
/// The station asks registries, the inside what a bundle brought: the same rules decide what the
/// closure is, so that both come to the same lock.
pub fn pin_pending(
    pending: &Image,
    upstream: &dyn Upstream,
    run: Run<'_>,
) -> Result<Image, Failure> {
    let mut pinned = Pinned::resolve(upstream, &pending.reference)?;
    let mut platforms = Vec::with_capacity(pending.platforms.len());
    for ImagePlatform { name, .. } in &pending.platforms {
        run.cancel.check()?;
        let Resolved { content, triggers } = pinned.at(upstream, run, name)?.clone();
        let onbuild = naming_images(&triggers);
        platforms.push(ImagePlatform {
            name: name.clone(),
            content: Some(PlatformContent { onbuild, ..content }),
        });
    }
    Ok(Image {
        pin: pinned.root().cloned(),
        platforms,
        ..pending.clone()
    })
}
