//! Images that two branches moved to different places: told, and resolved again.

use std::collections::{BTreeMap, BTreeSet};

use lock_format::{Digest, Image, Lockfile, Platform, Reference};

use super::lock::naming_images;
use super::pins::Pins;
use super::{LockFailure, LockOptions};
use crate::diagnostic::{Code, Failure};
use crate::oci::Upstream;
use crate::plan::{Merged, Need};
use crate::run::{Event, Run, Warning};

/// The code of the warning about an image that two sides pin to different things.
pub(super) const DISPUTED: Code = Code::new("lock/disputed-image");
/// The code of the warning about a source whose inputs both sides changed.
pub(super) const DISPUTED_SOURCE: Code = Code::new("lock/disputed-source");

/// Tells what two locks do not agree about.
pub fn tell_disputes(merged: &Merged, run: &Run<'_>) {
    let tell = |code, message: String, help: &str| {
        run.events.event(Event::Warning(&Warning {
            code,
            message,
            help: Some(help.to_owned()),
            label: None,
        }));
    };
    let digest = |digest: Option<Digest>| match digest {
        Some(digest) => digest.to_string(),
        None => "nothing yet".to_owned(),
    };
    for dispute in &merged.disputes {
        let (ours, theirs) = (digest(dispute.ours), digest(dispute.theirs));
        let message = format!(
            "{} is pinned to {ours} by ours and to {theirs} by theirs",
            dispute.reference
        );
        tell(DISPUTED, message, "it is resolved again");
    }
    for name in &merged.sources {
        let message = format!("both sides changed the inputs of {name}; those of ours are taken");
        tell(DISPUTED_SOURCE, message, "look at the source in the lock");
    }
}

/// Resolves what is in dispute between two locks, and nothing else.
pub fn settled(
    merged: Merged,
    upstream: &dyn Upstream,
    options: &LockOptions,
    run: Run<'_>,
) -> Result<Lockfile, Failure> {
    let disputed: BTreeSet<Reference> = merged
        .disputes
        .into_iter()
        .map(|dispute| dispute.reference)
        .collect();
    let (sources, images) = merged.lockfile.into_parts();
    let pins = Pins::new(upstream, run, options, BTreeMap::new());
    let is_disputed = |image: &&Image| disputed.contains(&image.reference);
    let needs = images.iter().filter(is_disputed).flat_map(|image| {
        image.platforms.iter().map(|platform| Need {
            reference: image.reference.clone(),
            platform: platform.name.clone(),
        })
    });
    pins.ensure(needs)?;
    let settle = |image: Image| {
        let names: BTreeSet<Platform> = image.platforms.iter().map(|p| p.name.clone()).collect();
        let sources = image.sources.iter().cloned().collect();
        let found = is_disputed(&&image)
            .then(|| pins.image(&image.reference, &names, sources, naming_images))
            .flatten();
        found.unwrap_or(image)
    };
    let images = images.into_iter().map(settle).collect();
    Ok(Lockfile::new(sources, images).map_err(LockFailure::Refused)?)
}
