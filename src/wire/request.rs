//! A request: what the inside lacks.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use lock_format::{Blob, Digest, MediaType, Platform, Reference};

use super::address::{at_most, integers, read_document, within};
use super::json::{JsonError, ObjectWriter, Reader, Sink, need, write_object};
use super::{Accept, Address, Anchor, Kind, Nonce};
use crate::run::limits;

/// Asks for blobs and for resolutions. It carries no lockfile, no paths and no build arguments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// Who sends it to whom.
    pub address: Address,
    /// What the inside can decode.
    pub accept: Accept,
    /// The state of its audit chain.
    pub audit: Anchor,
    /// Unix seconds.
    pub created: u64,
    /// The digest of the lockfile's bytes.
    pub lock: Digest,
    /// 16 random bytes.
    pub nonce: Nonce,
    /// References that nothing has resolved yet, and the platforms they are needed at.
    pub pending: BTreeMap<Reference, BTreeSet<Platform>>,
    /// Rises with each request of the site.
    pub seq: u64,
    /// The blobs that the inside lacks.
    pub want: BTreeMap<Digest, Want>,
}

/// One blob that is wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Want {
    /// The length of the blob.
    pub size: u64,
    /// The images that need it, so that the outside knows where to ask.
    pub images: BTreeSet<Arc<Reference>>,
    /// How it is to be read, where the lockfile tells: for indexes and manifests.
    pub media_type: Option<MediaType>,
    /// Blobs that the inside has and that it could be rebuilt from.
    pub bases: BTreeSet<Blob>,
}

impl Request {
    /// Returns how many bytes are wanted.
    pub fn wanted_bytes(&self) -> u64 {
        self.want
            .values()
            .fold(0, |sum, want| sum.saturating_add(want.size))
    }

    pub(super) fn read(bytes: &[u8]) -> Result<Self, JsonError> {
        let (mut accept, mut audit, mut created, mut lock) = (None, None, None, None);
        let (mut nonce, mut pending, mut seq, mut want) = (None, None, None, None);
        let address = read_document(bytes, |key, value| {
            match key {
                "accept" => accept = Some(Accept::read(value)?),
                "audit" => audit = Some(Anchor::read(value)?),
                "created" => created = Some(value.integer()?),
                "lock" => lock = Some(value.parsed("lock")?),
                "nonce" => nonce = Some(value.parsed("nonce")?),
                "pending" => pending = Some(read_pending(value)?),
                "seq" => seq = Some(value.integer()?),
                "want" => want = Some(read_wants(value)?),
                _ => return Ok(false),
            }
            Ok(true)
        })?;
        Ok(Self {
            address,
            accept: need(accept, "accept")?,
            audit: need(audit, "audit")?,
            created: need(created, "created")?,
            lock: need(lock, "lock")?,
            nonce: need(nonce, "nonce")?,
            pending: need(pending, "pending")?,
            seq: need(seq, "seq")?,
            want: need(want, "want")?,
        })
    }

    pub(super) fn write(&self, sink: &mut dyn Sink) {
        write_object(sink, |o| {
            o.object("accept", |o| self.accept.write(o));
            o.object("audit", |o| self.audit.write(o));
            o.integer("created", self.created);
            self.address.write_first(Kind::Request, o);
            o.string("lock", self.lock);
            o.string("nonce", self.nonce);
            o.objects("pending", by_text(&self.pending), |o, (text, platforms)| {
                o.texts("platforms", platforms);
                o.string("reference", text);
            });
            o.integer("seq", self.seq);
            self.address.write_last(o);
            o.objects("want", &self.want, |o, (digest, want)| {
                want.write(digest, o);
            });
        });
    }

    pub(super) fn check(&self) -> Result<(), JsonError> {
        self.address.check()?;
        self.accept.check()?;
        integers([
            ("count", self.audit.count),
            ("created", self.created),
            ("memory", self.accept.memory),
            ("seq", self.seq),
        ])?;
        // The bundle that answers has oci-layout and index.json besides.
        within(
            "wanted blobs",
            self.want.len(),
            limits::ENTRIES.saturating_sub(2),
        )?;
        within("pending references", self.pending.len(), limits::IMAGES)?;
        for (reference, platforms) in &self.pending {
            reference_fits(reference)?;
            if platforms.is_empty() {
                return Err(JsonError::bad("platforms", "names no platform"));
            }
            within(
                "platforms of a reference",
                platforms.len(),
                limits::PLATFORMS,
            )?;
        }
        self.want.values().try_for_each(Want::check)
    }
}

impl Want {
    fn read(reader: &mut Reader<'_>, known: &mut References) -> Result<(Digest, Self), JsonError> {
        let (mut bases, mut digest, mut images) = (None, None, None);
        let (mut media_type, mut size) = (None, None);
        reader.object(|key, value| {
            match key {
                "bases" => bases = Some(value.set(read_blob)?),
                "digest" => digest = Some(value.parsed("digest")?),
                "images" => images = Some(value.set(|reader| known.read(reader))?),
                "media_type" => media_type = Some(value.parsed("media_type")?),
                "size" => size = Some(value.integer()?),
                _ => return Err(JsonError::newer(key)),
            }
            Ok(())
        })?;
        let want = Self {
            size: need(size, "size")?,
            images: need(images, "images")?,
            media_type,
            bases: need(bases, "bases")?,
        };
        Ok((need(digest, "digest")?, want))
    }

    fn write(&self, digest: &Digest, o: &mut ObjectWriter<'_>) {
        o.objects("bases", &self.bases, |o, base| {
            o.string("digest", base.digest);
            o.integer("size", base.size);
        });
        o.string("digest", digest);
        o.texts("images", &self.images);
        if let Some(media_type) = &self.media_type {
            o.string("media_type", media_type);
        }
        o.integer("size", self.size);
    }

    fn check(&self) -> Result<(), JsonError> {
        if self.images.is_empty() {
            return Err(JsonError::bad("images", "names no image"));
        }
        within("images of a blob", self.images.len(), limits::IMAGES)?;
        self.images
            .iter()
            .try_for_each(|image| reference_fits(image))?;
        let digests: BTreeSet<Digest> = self.bases.iter().map(|base| base.digest).collect();
        if digests.len() != self.bases.len() {
            return Err(JsonError::bad("bases", "gives a blob two sizes"));
        }
        let bases = self.bases.iter().map(|base| base.size);
        at_most(
            limits::BLOB_BYTES,
            bases
                .chain([self.size])
                .map(|size| ("bytes of a blob", size)),
        )
    }
}

fn read_wants(reader: &mut Reader<'_>) -> Result<BTreeMap<Digest, Want>, JsonError> {
    let (mut wants, mut known) = (BTreeMap::new(), References::default());
    reader.array(|item| {
        let (digest, want) = Want::read(item, &mut known)?;
        wants.insert(digest, want);
        Ok(())
    })?;
    Ok(wants)
}

fn read_pending(
    reader: &mut Reader<'_>,
) -> Result<BTreeMap<Reference, BTreeSet<Platform>>, JsonError> {
    let mut pending = BTreeMap::new();
    reader.array(|item| {
        let (mut platforms, mut reference) = (None, None);
        item.object(|key, value| {
            match key {
                "platforms" => {
                    platforms = Some(value.set(|reader| reader.parsed("platforms"))?);
                }
                "reference" => reference = Some(read_reference(value, "reference")?),
                _ => return Err(JsonError::newer(key)),
            }
            Ok(())
        })?;
        pending.insert(need(reference, "reference")?, need(platforms, "platforms")?);
        within("pending references", pending.len(), limits::IMAGES)
    })?;
    Ok(pending)
}

fn read_blob(reader: &mut Reader<'_>) -> Result<Blob, JsonError> {
    let (mut digest, mut size) = (None, None);
    reader.object(|key, value| {
        match key {
            "digest" => digest = Some(value.parsed("digest")?),
            "size" => size = Some(value.integer()?),
            _ => return Err(JsonError::newer(key)),
        }
        Ok(())
    })?;
    Ok(Blob {
        digest: need(digest, "digest")?,
        size: need(size, "size")?,
    })
}

/// The references of a request, each kept once: many blobs are needed by the same images.
#[derive(Default)]
struct References(BTreeSet<Arc<Reference>>);

impl References {
    fn read(&mut self, reader: &mut Reader<'_>) -> Result<Arc<Reference>, JsonError> {
        let reference = Arc::new(read_reference(reader, "images")?);
        if let Some(known) = self.0.get(&reference) {
            return Ok(Arc::clone(known));
        }
        self.0.insert(Arc::clone(&reference));
        within("images of a request", self.0.len(), limits::IMAGES)?;
        Ok(reference)
    }
}

/// Reads a reference in canonical form.
pub(super) fn read_reference(
    reader: &mut Reader<'_>,
    field: &'static str,
) -> Result<Reference, JsonError> {
    reader.parsed_with(field, Reference::parse_canonical)
}

/// Fails on a reference that is too long to be carried.
pub(super) fn reference_fits(reference: &Reference) -> Result<(), JsonError> {
    within(
        "bytes of a reference",
        reference.to_string().len(),
        limits::REFERENCE_BYTES,
    )
}

/// Sorts a map by the text of its keys, which differs from the order of references.
pub(super) fn by_text<K: ToString, V>(map: &BTreeMap<K, V>) -> BTreeMap<String, &V> {
    map.iter()
        .map(|(key, value)| (key.to_string(), value))
        .collect()
}
