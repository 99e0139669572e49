//! What a manifest and the blobs below it mean.

use super::super::marked::{Marked, bare};
use super::super::wire::{BlobWire, DescriptorWire, PlatformWire, ReferrerWire};
use super::{digest, media_type};
use crate::error::Fault;
use crate::spans::ManifestSpans;
use crate::{Blob, Descriptor, PlatformContent, Problem, Referrer, Span};

/// Reads a platform that has content; all its required keys must be there.
pub(super) fn platform_content(
    wire: PlatformWire,
) -> Result<(PlatformContent, ManifestSpans), Fault> {
    let span = wire.span;
    let manifest = DescriptorWire {
        digest: need(wire.digest, "digest", span)?,
        media_type: need(wire.media_type, "media-type", span)?,
        size: need(wire.size, "size", span)?,
    };
    let config = need(wire.config, "config", span)?;
    let layers = need(wire.layers, "layers", span)?;
    let spans = manifest_spans(&manifest, &wire.via, &config, &layers);
    let content = PlatformContent {
        manifest: descriptor(&manifest)?,
        via: wire.via.iter().map(descriptor).collect::<Result<_, _>>()?,
        onbuild: bare(wire.onbuild),
        config: blob(&config)?,
        layers: layers.iter().map(blob).collect::<Result<_, _>>()?,
    };
    Ok((content, spans))
}

/// Reads a referrer.
pub(super) fn referrer(wire: &ReferrerWire) -> Result<(Referrer, ManifestSpans), Fault> {
    let spans = manifest_spans(&wire.manifest, &[], &wire.config, &wire.layers);
    let referrer = Referrer {
        manifest: descriptor(&wire.manifest)?,
        artifact_type: media_type(&wire.artifact_type)?,
        config: blob(&wire.config)?,
        layers: wire.layers.iter().map(blob).collect::<Result<_, _>>()?,
    };
    Ok((referrer, spans))
}

fn need<T>(value: Option<T>, key: &'static str, span: Span) -> Result<T, Fault> {
    let table = "a pinned image's platform";
    value.ok_or_else(|| Fault::new(Problem::MissingKey { key, table }, span))
}

fn manifest_spans(
    manifest: &DescriptorWire,
    via: &[DescriptorWire],
    config: &BlobWire,
    layers: &[BlobWire],
) -> ManifestSpans {
    let place = |text: &Marked<String>| text.span;
    ManifestSpans {
        manifest: place(&manifest.digest),
        via: via.iter().map(|index| place(&index.digest)).collect(),
        config: place(&config.digest),
        layers: layers.iter().map(|layer| place(&layer.digest)).collect(),
    }
}

fn descriptor(wire: &DescriptorWire) -> Result<Descriptor, Fault> {
    Ok(Descriptor {
        digest: digest(&wire.digest)?,
        size: wire.size.value,
        media_type: media_type(&wire.media_type)?,
    })
}

fn blob(wire: &BlobWire) -> Result<Blob, Fault> {
    Ok(Blob {
        digest: digest(&wire.digest)?,
        size: wire.size.value,
    })
}
