//! Rules of a manifest and what it names (`SPEC.md` sections 3.4 and 3.5).

use super::check_count;
use super::text::{check_size, check_text};
use crate::error::Fault;
use crate::limits::{CONFIG_BYTES, ENTRIES, LAYER_BYTES, LAYERS, MANIFEST_BYTES, VIA};
use crate::spans::{ManifestSpans, at};
use crate::{Blob, Descriptor, Image, Platform, PlatformContent, Problem, Referrer, Span};

pub(super) fn check_content(
    image: &Image,
    pin: &Descriptor,
    platform: &Platform,
    content: &PlatformContent,
    spans: &ManifestSpans,
) -> Result<(), Fault> {
    check_manifest(&content.manifest, spans.manifest)?;
    check_blobs(&content.config, &content.layers, spans)?;
    check_onbuild(&content.onbuild, spans.manifest)?;
    check_via(&content.via, spans)?;
    if pin.media_type.is_index() {
        return check_circle(pin, content, spans);
    }
    if content.manifest == *pin && content.via.is_empty() {
        return Ok(());
    }
    let problem = Problem::OtherManifest {
        reference: image.reference.to_string(),
        platform: platform.to_string(),
    };
    Err(Fault::new(problem, spans.manifest))
}

pub(super) fn check_referrer(referrer: &Referrer, spans: &ManifestSpans) -> Result<(), Fault> {
    check_manifest(&referrer.manifest, spans.manifest)?;
    check_blobs(&referrer.config, &referrer.layers, spans)
}

fn check_manifest(manifest: &Descriptor, span: Span) -> Result<(), Fault> {
    check_size("a manifest", manifest.size, MANIFEST_BYTES, span)?;
    if manifest.media_type.is_manifest() {
        return Ok(());
    }
    let found = manifest.media_type.clone();
    let wanted = "a manifest";
    Err(Fault::new(Problem::WrongRole { found, wanted }, span))
}

fn check_blobs(config: &Blob, layers: &[Blob], spans: &ManifestSpans) -> Result<(), Fault> {
    check_size("a config", config.size, CONFIG_BYTES, spans.config)?;
    check_count("layers", "a manifest", layers.len(), LAYERS, spans.manifest)?;
    for (index, layer) in layers.iter().enumerate() {
        check_size("a layer", layer.size, LAYER_BYTES, at(&spans.layers, index))?;
    }
    Ok(())
}

fn check_onbuild(triggers: &[String], span: Span) -> Result<(), Fault> {
    check_count(
        "onbuild triggers",
        "an image",
        triggers.len(),
        ENTRIES,
        span,
    )?;
    triggers
        .iter()
        .try_for_each(|trigger| check_text("onbuild", trigger, span))
}

fn check_via(via: &[Descriptor], spans: &ManifestSpans) -> Result<(), Fault> {
    check_count(
        "indexes before a manifest",
        "a platform",
        via.len(),
        VIA,
        spans.manifest,
    )?;
    for (index, descriptor) in via.iter().enumerate() {
        let span = at(&spans.via, index);
        check_size("an index", descriptor.size, MANIFEST_BYTES, span)?;
        if !descriptor.media_type.is_index() {
            let found = descriptor.media_type.clone();
            let wanted = "an index";
            return Err(Fault::new(Problem::WrongRole { found, wanted }, span));
        }
    }
    Ok(())
}

/// No index leads to itself.
fn check_circle(
    pin: &Descriptor,
    content: &PlatformContent,
    spans: &ManifestSpans,
) -> Result<(), Fault> {
    let mut above = vec![pin.digest];
    let below = content.via.iter().chain([&content.manifest]);
    for (index, descriptor) in below.enumerate() {
        if above.contains(&descriptor.digest) {
            let span = spans.via.get(index).copied().unwrap_or(spans.manifest);
            return Err(Fault::new(Problem::Circle(descriptor.digest), span));
        }
        above.push(descriptor.digest);
    }
    Ok(())
}
