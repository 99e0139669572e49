//! One digest is one thing: it has one size, and as a manifest or index one media type.

use std::collections::BTreeMap;

use crate::error::Fault;
use crate::spans::{ImageSpans, ManifestSpans, at};
use crate::{Blob, Descriptor, Digest, Image, MediaType, PlatformContent, Problem, Referrer, Span};

/// What is known of each digest so far.
#[derive(Default)]
struct Known<'a> {
    sizes: BTreeMap<Digest, u64>,
    media_types: BTreeMap<Digest, &'a MediaType>,
}

pub(super) fn check(images: &[(Image, ImageSpans)]) -> Result<(), Fault> {
    let mut known = Known::default();
    let none = ManifestSpans::default();
    for (image, spans) in images {
        if let Some(pin) = &image.pin {
            known.descriptor(pin, spans.pin)?;
        }
        for (index, platform) in image.platforms.iter().enumerate() {
            let here = spans
                .platforms
                .get(index)
                .map_or(&none, |spans| &spans.content);
            if let Some(content) = &platform.content {
                known.content(content, here)?;
            }
        }
        for (index, referrer) in image.referrers.iter().enumerate() {
            known.referrer(referrer, spans.referrers.get(index).unwrap_or(&none))?;
        }
    }
    Ok(())
}

impl<'a> Known<'a> {
    fn content(
        &mut self,
        content: &'a PlatformContent,
        spans: &ManifestSpans,
    ) -> Result<(), Fault> {
        for (index, descriptor) in content.via.iter().enumerate() {
            self.descriptor(descriptor, at(&spans.via, index))?;
        }
        self.descriptor(&content.manifest, spans.manifest)?;
        self.blobs(&content.config, &content.layers, spans)
    }

    fn referrer(&mut self, referrer: &'a Referrer, spans: &ManifestSpans) -> Result<(), Fault> {
        self.descriptor(&referrer.manifest, spans.manifest)?;
        self.blobs(&referrer.config, &referrer.layers, spans)
    }

    fn blobs(
        &mut self,
        config: &Blob,
        layers: &[Blob],
        spans: &ManifestSpans,
    ) -> Result<(), Fault> {
        self.blob(*config, spans.config)?;
        for (index, layer) in layers.iter().enumerate() {
            self.blob(*layer, at(&spans.layers, index))?;
        }
        Ok(())
    }

    fn descriptor(&mut self, descriptor: &'a Descriptor, span: Span) -> Result<(), Fault> {
        self.blob(descriptor.into(), span)?;
        let Descriptor {
            digest, media_type, ..
        } = descriptor;
        let first = *self.media_types.entry(*digest).or_insert(media_type);
        if first == media_type {
            return Ok(());
        }
        let problem = Problem::TwoMediaTypes {
            digest: *digest,
            first: first.clone(),
            second: media_type.clone(),
        };
        Err(Fault::new(problem, span))
    }

    fn blob(&mut self, blob: Blob, span: Span) -> Result<(), Fault> {
        let Blob { digest, size } = blob;
        let first = *self.sizes.entry(digest).or_insert(size);
        if first == size {
            return Ok(());
        }
        let second = size;
        Err(Fault::new(
            Problem::TwoSizes {
                digest,
                first,
                second,
            },
            span,
        ))
    }
}
