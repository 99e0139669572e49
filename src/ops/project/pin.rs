//! From a reference to its closure: what the registry says it is, at each platform asked for.

use std::collections::BTreeMap;

use lock_format::{
    Blob, Descriptor, Image, Platform, PlatformContent, Reference, Referrer, Repository,
};

use super::LockFailure;
use crate::diagnostic::{Code, Failure, sanitize};
use crate::oci::{
    Child, Document, ImageConfig, Index, Layer, Manifest, RawManifest, Upstream, VerifyingReader,
};
use crate::run::limits::{CONFIG_BYTES, INDEX_DEPTH};
use crate::run::{Event, Run, Warning};

/// What a reference was resolved to, filled platform by platform.
///
/// The tag is asked once: platforms that are added later come from the same index, so a tag that
/// moves meanwhile cannot mix two releases. The same holds for what a lock pins already: what it lacks
/// is asked for by its digest.
#[derive(Clone, Debug)]
pub(super) struct Pinned {
    reference: Reference,
    /// None while nothing is known of it: it is pending.
    root: Option<Descriptor>,
    /// None while only the lock has told of it.
    document: Option<Document>,
    platforms: BTreeMap<Platform, Resolved>,
    referrers: Vec<Referrer>,
}

/// An image at one platform.
#[derive(Clone, Debug)]
pub(super) struct Resolved {
    /// The closure for the lock; its `onbuild` is still empty.
    pub(super) content: PlatformContent,
    /// All ONBUILD triggers of the config.
    pub(super) triggers: Vec<String>,
}

/// A manifest found for a platform, with the indexes that led to it.
struct Found {
    manifest: Manifest,
    descriptor: Descriptor,
    via: Vec<Descriptor>,
}

impl Pinned {
    /// Asks the registry what a reference names.
    pub(super) fn resolve(upstream: &dyn Upstream, reference: &Reference) -> Result<Self, Failure> {
        if reference.repository().registry().starts_with('[') {
            return Err(LockFailure::Ipv6Host(reference.clone()).into());
        }
        if reference.foreign_algorithm().is_some() {
            return Err(LockFailure::ForeignDigest(reference.clone()).into());
        }
        let raw = upstream.manifest(reference)?;
        let document = read(reference, &raw)?;
        let root = Descriptor {
            media_type: document.media_type().clone(),
            ..raw.descriptor
        };
        Ok(Self {
            reference: reference.clone(),
            root: Some(root),
            document: Some(document),
            platforms: BTreeMap::new(),
            referrers: Vec::new(),
        })
    }

    /// Takes over what a lock pins; none where it is pending.
    pub(super) fn kept(image: &Image) -> Option<Self> {
        let platforms = image.platforms.iter().filter_map(|platform| {
            let mut content = platform.content.clone()?;
            let triggers = std::mem::take(&mut content.onbuild);
            Some((platform.name.clone(), Resolved { content, triggers }))
        });
        Some(Self {
            reference: image.reference.clone(),
            root: Some(image.pin.clone()?),
            document: None,
            platforms: platforms.collect(),
            referrers: image.referrers.clone(),
        })
    }

    /// Returns the referrers that the lock records.
    pub(super) fn referrers(&self) -> &[Referrer] {
        &self.referrers
    }

    /// Makes one of which nothing is known.
    pub(super) fn pending(reference: &Reference) -> Self {
        Self {
            reference: reference.clone(),
            root: None,
            document: None,
            platforms: BTreeMap::new(),
            referrers: Vec::new(),
        }
    }

    /// Returns what the reference named; none while it is pending.
    pub(super) fn root(&self) -> Option<&Descriptor> {
        self.root.as_ref()
    }

    /// Returns what was found for each platform so far.
    pub(super) fn platforms(&self) -> &BTreeMap<Platform, Resolved> {
        &self.platforms
    }

    /// Returns the image at a platform, asking the registry the first time.
    pub(super) fn at(
        &mut self,
        upstream: &dyn Upstream,
        run: Run<'_>,
        platform: &Platform,
    ) -> Result<&Resolved, Failure> {
        if !self.platforms.contains_key(platform) {
            let found = self.find(upstream, platform)?;
            let config = self.config(upstream, &found.manifest)?;
            self.check_platform(&found, config.as_ref(), platform)?;
            self.warn(run, &found.manifest);
            self.platforms
                .insert(platform.clone(), resolved(found, config));
        }
        self.platforms
            .get(platform)
            .ok_or_else(|| self.no_platform(platform, Vec::new()))
    }

    fn find(&mut self, upstream: &dyn Upstream, platform: &Platform) -> Result<Found, Failure> {
        let root = self.root.clone();
        let root = root.ok_or_else(|| LockFailure::NotHeld(self.reference.clone()))?;
        let document = match self.document.take() {
            Some(document) => document,
            None => self.fetch(upstream, &root)?,
        };
        let found = self.find_in(&document, &root, upstream, platform);
        self.document = Some(document);
        found
    }

    fn find_in(
        &self,
        document: &Document,
        root: &Descriptor,
        upstream: &dyn Upstream,
        platform: &Platform,
    ) -> Result<Found, Failure> {
        match document {
            Document::Manifest(manifest) => Ok(Found {
                manifest: manifest.clone(),
                descriptor: root.clone(),
                via: Vec::new(),
            }),
            Document::Index(index) => self
                .search(upstream, index, platform, &[])?
                .ok_or_else(|| self.no_platform(platform, offered(index))),
        }
    }

    /// Looks for a platform among the children, then in the indexes among them.
    fn search(
        &self,
        upstream: &dyn Upstream,
        index: &Index,
        platform: &Platform,
        via: &[Descriptor],
    ) -> Result<Option<Found>, Failure> {
        let fits = |child: &&Child| {
            child.descriptor.media_type.is_manifest()
                && child
                    .platform
                    .as_ref()
                    .is_some_and(|offered| offered.serves(platform))
        };
        if let Some(child) = index.manifests.iter().find(fits) {
            return match self.fetch(upstream, &child.descriptor)? {
                Document::Manifest(manifest) => Ok(Some(Found {
                    manifest,
                    descriptor: child.descriptor.clone(),
                    via: via.to_vec(),
                })),
                // A document of another kind than its descriptor says is refused while it is read.
                Document::Index(_) => Ok(None),
            };
        }
        let depth = via.len().saturating_add(2);
        for child in index
            .manifests
            .iter()
            .filter(|child| child.descriptor.media_type.is_index())
        {
            if depth > INDEX_DEPTH {
                return Err(LockFailure::TooDeep(self.reference.clone()).into());
            }
            if let Document::Index(inner) = self.fetch(upstream, &child.descriptor)? {
                let mut deeper = via.to_vec();
                deeper.push(child.descriptor.clone());
                if let Some(found) = self.search(upstream, &inner, platform, &deeper)? {
                    return Ok(Some(found));
                }
            }
        }
        Ok(None)
    }

    fn fetch(&self, upstream: &dyn Upstream, descriptor: &Descriptor) -> Result<Document, Failure> {
        let by_digest = Reference::digested(self.repository().clone(), descriptor.digest);
        let raw = upstream.manifest(&by_digest)?;
        if raw.descriptor.size != descriptor.size {
            return Err(LockFailure::Size {
                reference: self.reference.clone(),
                digest: descriptor.digest,
                promised: descriptor.size,
                found: raw.descriptor.size,
            }
            .into());
        }
        read(
            &by_digest,
            &RawManifest {
                descriptor: descriptor.clone(),
                bytes: raw.bytes,
            },
        )
    }

    /// Reads the config of an image; an artifact has none.
    fn config(
        &self,
        upstream: &dyn Upstream,
        manifest: &Manifest,
    ) -> Result<Option<ImageConfig>, Failure> {
        let descriptor = &manifest.config;
        if !descriptor.media_type.is_image_config() {
            return Ok(None);
        }
        if descriptor.size > CONFIG_BYTES {
            return Err(LockFailure::ConfigTooLong {
                reference: self.reference.clone(),
                size: descriptor.size,
            }
            .into());
        }
        let blob = Blob {
            digest: descriptor.digest,
            size: descriptor.size,
        };
        let body = upstream.blob(self.repository(), &blob, &[], 0)?;
        let bytes = super::bytes::read_whole(VerifyingReader::new(body.reader, blob), blob)
            .map_err(|cause| LockFailure::Config {
                reference: self.reference.clone(),
                digest: blob.digest,
                cause,
            })?;
        Ok(Some(ImageConfig::parse(&bytes).map_err(|error| {
            LockFailure::Document {
                reference: self.reference.clone(),
                digest: blob.digest,
                error,
            }
        })?))
    }

    /// A manifest that no index describes must be for the platform asked for, by its own config.
    fn check_platform(
        &self,
        found: &Found,
        config: Option<&ImageConfig>,
        asked: &Platform,
    ) -> Result<(), Failure> {
        match config.map(|config| &config.platform) {
            Some(actual)
                if matches!(self.document, Some(Document::Manifest(_)))
                    && !actual.serves(asked) =>
            {
                Err(self.no_platform(asked, vec![actual.clone()]))
            }
            Some(actual)
                if actual.os() != asked.os() || actual.architecture() != asked.architecture() =>
            {
                Err(LockFailure::Mislabelled {
                    reference: self.reference.clone(),
                    digest: found.descriptor.digest,
                    labelled: asked.clone(),
                    actual: actual.clone(),
                }
                .into())
            }
            _ => Ok(()),
        }
    }

    fn warn(&self, run: Run<'_>, manifest: &Manifest) {
        let name = sanitize(&self.reference.to_string(), 300);
        let tell = |code, message: String, help: &str| {
            run.events.event(Event::Warning(&Warning {
                code,
                message,
                help: Some(help.to_owned()),
                label: None,
            }));
        };
        if manifest.layers.iter().any(Layer::is_zstd) {
            tell(
                ZSTD_LAYER,
                format!("{name} has zstd layers"),
                "Docker Engine before 23 cannot pull them; podman and containerd can",
            );
        }
        if manifest.layers.iter().any(Layer::is_foreign) {
            tell(
                FOREIGN_LAYER,
                format!("{name} has foreign layers, which its registry may not hold"),
                "they are fetched from their URLs; containerd asks only those URLs, also inside",
            );
        }
    }

    fn no_platform(&self, asked: &Platform, offered: Vec<Platform>) -> Failure {
        LockFailure::NoPlatform {
            reference: self.reference.clone(),
            asked: asked.clone(),
            offered,
        }
        .into()
    }

    fn repository(&self) -> &Repository {
        self.reference.repository()
    }
}

/// The code of the warning about zstd layers.
pub(super) const ZSTD_LAYER: Code = Code::new("lock/zstd-layer");
/// The code of the warning about foreign layers.
pub(super) const FOREIGN_LAYER: Code = Code::new("lock/foreign-layer");

fn read(reference: &Reference, raw: &RawManifest) -> Result<Document, Failure> {
    Document::parse(&raw.bytes, Some(&raw.descriptor.media_type)).map_err(|error| {
        LockFailure::Document {
            reference: reference.clone(),
            digest: raw.descriptor.digest,
            error,
        }
        .into()
    })
}

fn resolved(found: Found, config: Option<ImageConfig>) -> Resolved {
    let blob = |descriptor: &Descriptor| Blob {
        digest: descriptor.digest,
        size: descriptor.size,
    };
    Resolved {
        content: PlatformContent {
            manifest: found.descriptor,
            via: found.via,
            onbuild: Vec::new(),
            config: blob(&found.manifest.config),
            layers: found
                .manifest
                .layers
                .iter()
                .map(|layer| blob(&layer.descriptor))
                .collect(),
        },
        triggers: config.map(|config| config.onbuild).unwrap_or_default(),
    }
}

/// The platforms that an index offers, attestations aside.
fn offered(index: &Index) -> Vec<Platform> {
    let mut offered: Vec<Platform> = index
        .manifests
        .iter()
        .filter_map(|child| child.platform.clone())
        .filter(|platform| platform.os() != "unknown")
        .collect();
    offered.sort();
    offered.dedup();
    offered
}
