//! Rules of an image (`SPEC.md` sections 3.3 to 3.5).

use std::collections::BTreeSet;

use super::content::{check_content, check_referrer};
use super::text::{check_platform, check_reference, check_size, check_word};
use super::{check_count, once};
use crate::error::Fault;
use crate::limits::{ENTRIES, MANIFEST_BYTES, PLATFORMS};
use crate::spans::{ImageSpans, PlatformSpans, at};
use crate::{Descriptor, Image, ImagePlatform, Problem};

pub(super) fn check(
    image: &Image,
    spans: &ImageSpans,
    sources: &BTreeSet<String>,
) -> Result<(), Fault> {
    check_reference(&image.reference, spans.reference)?;
    check_sources(image, spans, sources)?;
    if let Some(pin) = &image.pin {
        check_pin(image, pin, spans)?;
    }
    check_platforms(image, spans)?;
    check_referrers(image, spans)
}

fn check_sources(
    image: &Image,
    spans: &ImageSpans,
    sources: &BTreeSet<String>,
) -> Result<(), Fault> {
    let (key, whose) = ("sources", "an image");
    if image.sources.is_empty() {
        return Err(Fault::new(Problem::Empty { key, whose }, spans.reference));
    }
    let mut seen = BTreeSet::new();
    for (index, name) in image.sources.iter().enumerate() {
        let span = at(&spans.sources, index);
        check_word(key, name, span)?;
        once("source of an image", name, &mut seen, span)?;
        if !sources.contains(name) {
            let problem = Problem::UnknownSource {
                reference: image.reference.to_string(),
                source_name: name.clone(),
            };
            return Err(Fault::new(problem, span));
        }
    }
    Ok(())
}

fn check_pin(image: &Image, pin: &Descriptor, spans: &ImageSpans) -> Result<(), Fault> {
    check_size("a manifest or index", pin.size, MANIFEST_BYTES, spans.pin)?;
    if !pin.media_type.is_index() && !pin.media_type.is_manifest() {
        let found = pin.media_type.clone();
        let wanted = "an index or a manifest";
        return Err(Fault::new(Problem::WrongRole { found, wanted }, spans.pin));
    }
    match image.reference.digest() {
        Some(named) if *named != pin.digest => {
            let reference = image.reference.to_string();
            let pinned = pin.digest;
            Err(Fault::new(
                Problem::OtherPin { reference, pinned },
                spans.pin,
            ))
        }
        _ => Ok(()),
    }
}

fn check_platforms(image: &Image, spans: &ImageSpans) -> Result<(), Fault> {
    let (key, whose) = ("platform", "an image");
    let count = image.platforms.len();
    if count == 0 {
        return Err(Fault::new(Problem::Empty { key, whose }, spans.reference));
    }
    check_count("platforms", whose, count, PLATFORMS, spans.reference)?;
    let mut seen = BTreeSet::new();
    let none = PlatformSpans::default();
    for (index, platform) in image.platforms.iter().enumerate() {
        let here = spans.platforms.get(index).unwrap_or(&none);
        check_platform(&platform.name, here.name)?;
        once("platform", &platform.name.to_string(), &mut seen, here.name)?;
        check_state(image, platform, here)?;
    }
    Ok(())
}

/// Pinned goes with content, pending with none.
fn check_state(
    image: &Image,
    platform: &ImagePlatform,
    spans: &PlatformSpans,
) -> Result<(), Fault> {
    let reference = || image.reference.to_string();
    match (&image.pin, &platform.content) {
        (Some(pin), Some(content)) => {
            check_content(image, pin, &platform.name, content, &spans.content)
        }
        (None, None) => Ok(()),
        (None, Some(_)) => {
            let problem = Problem::PendingWithContent(reference());
            Err(Fault::new(problem, spans.content.manifest))
        }
        (Some(_), None) => {
            let problem = Problem::PinnedWithoutContent {
                reference: reference(),
                platform: platform.name.to_string(),
            };
            Err(Fault::new(problem, spans.name))
        }
    }
}

fn check_referrers(image: &Image, spans: &ImageSpans) -> Result<(), Fault> {
    let (what, whose) = ("referrers", "an image");
    check_count(what, whose, image.referrers.len(), ENTRIES, spans.reference)?;
    if image.is_pending() && !image.referrers.is_empty() {
        let problem = Problem::PendingWithContent(image.reference.to_string());
        return Err(Fault::new(problem, spans.reference));
    }
    let mut seen = BTreeSet::new();
    for (index, referrer) in image.referrers.iter().enumerate() {
        let here = spans.referrers.get(index).cloned().unwrap_or_default();
        check_referrer(referrer, &here)?;
        let digest = referrer.manifest.digest.to_string();
        once("referrer", &digest, &mut seen, here.manifest)?;
    }
    Ok(())
}
