//! What an `[[image]]` means.

use super::super::marked::{bare, spans};
use super::super::wire::{ImageWire, PlatformWire};
use super::content::{platform_content, referrer};
use super::{digest, media_type, platform, reference};
use crate::error::Fault;
use crate::spans::{ImageSpans, PlatformSpans};
use crate::{Descriptor, Image, ImagePlatform, Problem};

impl TryFrom<ImageWire> for (Image, ImageSpans) {
    type Error = Fault;

    fn try_from(wire: ImageWire) -> Result<Self, Fault> {
        let reference = reference(&wire.reference)?;
        let pin = pin(&wire)?;
        let mut here = ImageSpans {
            reference: wire.reference.span,
            pin: wire.digest.as_ref().map_or(wire.span, |digest| digest.span),
            sources: spans(&wire.sources),
            ..ImageSpans::default()
        };
        let mut image = Image {
            reference,
            pin,
            sources: bare(wire.sources),
            platforms: Vec::with_capacity(wire.platform.len()),
            referrers: Vec::with_capacity(wire.referrer.len()),
        };
        for entry in wire.platform {
            let (value, spans) = image_platform(entry, &image)?;
            image.platforms.push(value);
            here.platforms.push(spans);
        }
        for entry in &wire.referrer {
            let (value, spans) = referrer(entry)?;
            image.referrers.push(value);
            here.referrers.push(spans);
        }
        Ok((image, here))
    }
}

/// Digest, media type and size are there together, or none of them.
fn pin(wire: &ImageWire) -> Result<Option<Descriptor>, Fault> {
    let missing = |key| {
        Fault::new(
            Problem::MissingKey {
                key,
                table: "an image",
            },
            wire.span,
        )
    };
    let Some(text) = &wire.digest else {
        let others = [
            wire.media_type.as_ref().map(|text| text.span),
            wire.size.as_ref().map(|size| size.span),
        ];
        return match others.into_iter().flatten().next() {
            Some(span) => {
                let problem = Problem::PendingWithContent(wire.reference.value.clone());
                Err(Fault::new(problem, span))
            }
            None => Ok(None),
        };
    };
    let kind = wire
        .media_type
        .as_ref()
        .ok_or_else(|| missing("media-type"))?;
    let size = wire.size.as_ref().ok_or_else(|| missing("size"))?;
    Ok(Some(Descriptor {
        digest: digest(text)?,
        size: size.value,
        media_type: media_type(kind)?,
    }))
}

fn image_platform(
    wire: PlatformWire,
    image: &Image,
) -> Result<(ImagePlatform, PlatformSpans), Fault> {
    let name = platform(&wire.name)?;
    let mut spans = PlatformSpans {
        name: wire.name.span,
        ..PlatformSpans::default()
    };
    let content = match wire.content {
        None => None,
        Some(span) if image.is_pending() => {
            let problem = Problem::PendingWithContent(image.reference.to_string());
            return Err(Fault::new(problem, span));
        }
        Some(_) => {
            let (content, here) = platform_content(wire)?;
            spans.content = here;
            Some(content)
        }
    };
    Ok((ImagePlatform { name, content }, spans))
}
