//! All references of a lock on their way to being pinned.

use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroUsize;
use std::sync::{Mutex, MutexGuard, PoisonError};

use lock_format::{Image, ImagePlatform, Platform, PlatformContent, Reference};

use super::LockOptions;
use super::failure::NOT_HELD;
use super::pin::Pinned;
use crate::diagnostic::Failure;
use crate::dockerfile::ImageAt;
use crate::oci::Upstream;
use crate::ops::pool;
use crate::ops::resolve::OnbuildTriggers;
use crate::plan::Need;
use crate::run::{Event, Run};

/// References, each asked once, filled platform by platform.
pub(super) struct Pins<'a> {
    upstream: &'a dyn Upstream,
    run: Run<'a>,
    jobs: NonZeroUsize,
    /// Whether what is not held is left pending.
    offline: bool,
    /// What the lock pins: it never becomes pending again.
    kept: BTreeSet<Reference>,
    images: Mutex<BTreeMap<Reference, Pinned>>,
}

impl<'a> Pins<'a> {
    /// `kept` is what a lock pins and nobody asks to resolve again.
    pub(super) fn new(
        upstream: &'a dyn Upstream,
        run: Run<'a>,
        options: &LockOptions,
        kept: BTreeMap<Reference, Pinned>,
    ) -> Self {
        Self {
            upstream,
            run,
            jobs: options.jobs,
            offline: options.offline,
            kept: kept.keys().cloned().collect(),
            images: Mutex::new(kept),
        }
    }

    /// Resolves what is not resolved yet, several references at a time.
    pub(super) fn ensure(&self, needs: impl IntoIterator<Item = Need>) -> Result<(), Failure> {
        let mut images = guard(&self.images);
        let mut wanted: BTreeMap<Reference, BTreeSet<Platform>> = BTreeMap::new();
        for need in needs {
            let known = images.get(&need.reference);
            let lacks = |pinned: &Pinned| {
                pinned.root().is_some() && !pinned.platforms().contains_key(&need.platform)
            };
            if known.is_none_or(lacks) {
                wanted
                    .entry(need.reference)
                    .or_default()
                    .insert(need.platform);
            }
        }
        if wanted.is_empty() {
            return Ok(());
        }
        self.run.events.event(Event::Step(&step(wanted.len())));
        let work: Vec<_> = wanted
            .into_iter()
            .map(|(reference, platforms)| {
                let known = images.remove(&reference);
                (reference, platforms, Mutex::new(known))
            })
            .collect();
        let (upstream, run) = (self.upstream, self.run);
        let done = pool::map(
            self.jobs,
            run.cancel,
            &work,
            |(reference, platforms, known)| {
                let known = known.lock().unwrap_or_else(PoisonError::into_inner).take();
                let may_wait = self.offline && !self.kept.contains(reference);
                let pinned = match filled(upstream, run, reference, known, platforms) {
                    Err(error) if may_wait && error.facts().code() == NOT_HELD => {
                        Pinned::pending(reference)
                    }
                    filled => filled?,
                };
                Ok((reference.clone(), pinned))
            },
        )?;
        images.extend(done);
        Ok(())
    }

    /// Makes the image of a lock, at the platforms its uses ask for.
    pub(super) fn image(
        &self,
        reference: &Reference,
        platforms: &BTreeSet<Platform>,
        sources: BTreeSet<String>,
        naming: impl Fn(&[String]) -> Vec<String>,
    ) -> Option<Image> {
        let images = guard(&self.images);
        let pinned = images.get(reference)?;
        let platforms = platforms.iter().filter_map(|platform| {
            let resolved = pinned.platforms().get(platform);
            let content = resolved.map(|resolved| PlatformContent {
                onbuild: naming(&resolved.triggers),
                ..resolved.content.clone()
            });
            let known = content.is_some() || pinned.root().is_none();
            known.then(|| ImagePlatform {
                name: platform.clone(),
                content,
            })
        });
        Some(Image {
            reference: reference.clone(),
            pin: pinned.root().cloned(),
            sources: sources.into_iter().collect(),
            platforms: platforms.collect(),
            referrers: pinned.referrers().to_vec(),
        })
    }
}

impl OnbuildTriggers for Pins<'_> {
    /// Reads them from the lock or, where it is new, from the config of the image, resolved now.
    fn triggers(&self, image: &ImageAt) -> Result<Vec<String>, Failure> {
        let need = Need {
            reference: image.reference.clone(),
            platform: image.platform.clone(),
        };
        self.ensure([need])?;
        let images = guard(&self.images);
        let pinned = images.get(&image.reference);
        let resolved = pinned.and_then(|pinned| pinned.platforms().get(&image.platform));
        Ok(resolved
            .map(|resolved| resolved.triggers.clone())
            .unwrap_or_default())
    }
}

/// Resolves a reference, unless it is known, and the platforms that it lacks.
fn filled(
    upstream: &dyn Upstream,
    run: Run<'_>,
    reference: &Reference,
    known: Option<Pinned>,
    platforms: &BTreeSet<Platform>,
) -> Result<Pinned, Failure> {
    let mut pinned = match known {
        Some(pinned) => pinned,
        None => Pinned::resolve(upstream, reference)?,
    };
    for platform in platforms {
        run.cancel.check()?;
        pinned.at(upstream, run, platform)?;
    }
    Ok(pinned)
}

fn guard<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn step(references: usize) -> String {
    match references {
        1 => "resolving 1 reference".to_owned(),
        many => format!("resolving {many} references"),
    }
}
