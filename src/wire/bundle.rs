//! A bundle: blobs and resolutions for the inside.

use std::collections::{BTreeMap, BTreeSet};

use lock_format::{Blob, Descriptor, Digest, Reference};

use super::address::{at_most, integers, read_document, within};
use super::index_json::oci_layout_blob;
use super::json::{JsonError, ObjectWriter, Reader, Sink, need, write_object};
use super::layout::Part;
use super::missing::{Missing, Subject};
use super::request::{by_text, read_reference, reference_fits};
use super::{Address, Carried, Kind, TransferId, WireError};
use crate::run::limits;

/// Carries blobs, resolutions of pending references, and what could not be had.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bundle {
    /// Who sends it to whom.
    pub address: Address,
    /// What it answers.
    pub basis: Basis,
    /// The digest of the lockfile that it is for.
    pub lock: Digest,
    /// `index.json` of the layout.
    pub index_json: Blob,
    /// The blobs, in the order of the payload.
    pub entries: Vec<Carried>,
    /// What pending references name.
    pub resolutions: BTreeMap<Reference, Descriptor>,
    /// What could not be had, and why.
    pub missing: BTreeMap<Subject, Missing>,
    /// Payload bytes of each volume but the last; none in one file.
    pub volume_payload: Option<u64>,
}

/// Tells what a bundle answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Basis {
    /// A request.
    Answers(TransferId),
    /// Nothing: an unsolicited bundle with a number that rises.
    Serial(u64),
}

/// Entries besides the blobs: `oci-layout` and `index.json`.
const LAYOUT_ENTRIES: usize = 2;
/// Fewest payload bytes of a volume: one chunk of an age file.
const SMALLEST_VOLUME: u64 = 65_536;

impl Bundle {
    pub(super) fn read(bytes: &[u8]) -> Result<Self, JsonError> {
        let (mut answers, mut entries, mut lock, mut missing) = (None, None, None, None);
        let (mut resolutions, mut serial, mut volume_payload) = (None, None, None);
        let address = read_document(bytes, |key, value| {
            match key {
                "answers" => answers = Some(value.parsed("answers")?),
                "entries" => entries = Some(read_entries(value)?),
                "lock" => lock = Some(value.parsed("lock")?),
                "missing" => missing = Some(read_missing(value)?),
                "resolutions" => resolutions = Some(read_resolutions(value)?),
                "serial" => serial = Some(value.integer()?),
                "volume_payload" => volume_payload = Some(value.integer()?),
                _ => return Ok(false),
            }
            Ok(true)
        })?;
        let (index_json, entries) = need(entries, "entries")?;
        Ok(Self {
            address,
            basis: match (answers, serial) {
                (Some(request), None) => Basis::Answers(request),
                (None, Some(serial)) => Basis::Serial(serial),
                _ => {
                    return Err(JsonError::bad(
                        "answers",
                        "and `serial`: exactly one of them must be there",
                    ));
                }
            },
            lock: need(lock, "lock")?,
            index_json: need(index_json, "index.json")?,
            entries,
            resolutions: need(resolutions, "resolutions")?,
            missing: need(missing, "missing")?,
            volume_payload,
        })
    }

    pub(super) fn write(&self, sink: &mut dyn Sink) {
        write_object(sink, |o| {
            if let Basis::Answers(request) = self.basis {
                o.string("answers", request);
            }
            o.objects("entries", self.all_entries(), |o, (part, carried)| {
                carried.write(&part.to_string(), o);
            });
            self.address.write_first(Kind::Bundle, o);
            o.string("lock", self.lock);
            o.objects("missing", Missing::sorted(&self.missing), |o, one| {
                one.write(o);
            });
            o.objects("resolutions", by_text(&self.resolutions), write_resolution);
            if let Basis::Serial(serial) = self.basis {
                o.integer("serial", serial);
            }
            self.address.write_last(o);
            if let Some(volume_payload) = self.volume_payload {
                o.integer("volume_payload", volume_payload);
            }
        });
    }

    /// Lists all entries in the order of the payload, `oci-layout` and `index.json` first.
    pub(super) fn all_entries(&self) -> impl Iterator<Item = (Part, Carried)> {
        let lead = [
            (Part::OciLayout, Carried::Raw(oci_layout_blob())),
            (Part::IndexJson, Carried::Raw(self.index_json)),
        ];
        let mut encoded = 0_u32;
        let blobs = self.entries.iter().map(move |carried| {
            let part = match carried {
                Carried::Raw(blob) => Part::Blob(blob.digest),
                Carried::Zstd { .. } => {
                    let number = encoded;
                    encoded = encoded.saturating_add(1);
                    Part::Encoded(number)
                }
            };
            (part, *carried)
        });
        lead.into_iter().chain(blobs)
    }

    pub(super) fn check(&self) -> Result<(), WireError> {
        self.address.check()?;
        if let Basis::Serial(serial) = self.basis {
            integers([("serial", serial)])?;
        }
        within(
            "entries",
            self.entries.len().saturating_add(LAYOUT_ENTRIES),
            limits::ENTRIES,
        )?;
        at_most(
            limits::MANIFEST_BYTES,
            [("bytes of index.json", self.index_json.size)],
        )?;
        let mut seen = BTreeSet::new();
        for (_, carried) in self.all_entries() {
            carried.check()?;
            let digest = carried.content().digest;
            if !seen.insert(digest) {
                return Err(WireError::DuplicateEntry { digest });
            }
        }
        within("resolutions", self.resolutions.len(), limits::IMAGES)?;
        for (reference, descriptor) in &self.resolutions {
            reference_fits(reference)?;
            at_most(limits::BLOB_BYTES, [("bytes of a blob", descriptor.size)])?;
        }
        within("missing", self.missing.len(), limits::MISSING)?;
        self.missing.keys().try_for_each(Subject::check)?;
        self.check_volumes()
    }

    fn check_volumes(&self) -> Result<(), WireError> {
        match self.volume_payload {
            Some(bytes) if bytes < SMALLEST_VOLUME => {
                Err(JsonError::bad("volume_payload", "is below 65536").into())
            }
            Some(bytes) => Ok(at_most(
                limits::PAYLOAD_BYTES,
                [("bytes of a volume", bytes)],
            )?),
            None => Ok(()),
        }
    }
}

type Entries = (Option<Blob>, Vec<Carried>);

/// Reads the entries; each must stand where its path says.
fn read_entries(reader: &mut Reader<'_>) -> Result<Entries, JsonError> {
    let (mut index_json, mut entries) = (None, Vec::new());
    let (mut position, mut encoded) = (0_usize, 0_u32);
    reader.array(|item| {
        let (path, carried) = Carried::read(item)?;
        let part = match (position, carried) {
            (0, _) => Part::OciLayout,
            (1, _) => Part::IndexJson,
            (_, Carried::Raw(blob)) => Part::Blob(blob.digest),
            (_, Carried::Zstd { .. }) => Part::Encoded(encoded),
        };
        if path != part.to_string() {
            return Err(JsonError::bad(
                "path",
                format!("of entry {position} must be {part}"),
            ));
        }
        match (part, carried) {
            (Part::OciLayout, Carried::Raw(blob)) if blob == oci_layout_blob() => {}
            (Part::IndexJson, Carried::Raw(blob)) => index_json = Some(blob),
            (Part::Blob(_), _) => entries.push(carried),
            (Part::Encoded(_), _) => {
                encoded = encoded.saturating_add(1);
                entries.push(carried);
            }
            _ => return Err(JsonError::bad("entries", format!("has another {part}"))),
        }
        position = position.saturating_add(1);
        Ok(())
    })?;
    Ok((index_json, entries))
}

fn read_resolutions(reader: &mut Reader<'_>) -> Result<BTreeMap<Reference, Descriptor>, JsonError> {
    let mut resolutions = BTreeMap::new();
    reader.array(|item| {
        let (mut digest, mut media_type, mut reference, mut size) = (None, None, None, None);
        item.object(|key, value| {
            match key {
                "digest" => digest = Some(value.parsed("digest")?),
                "media_type" => media_type = Some(value.parsed("media_type")?),
                "reference" => reference = Some(read_reference(value, "reference")?),
                "size" => size = Some(value.integer()?),
                _ => return Err(JsonError::newer(key)),
            }
            Ok(())
        })?;
        let descriptor = Descriptor {
            digest: need(digest, "digest")?,
            size: need(size, "size")?,
            media_type: need(media_type, "media_type")?,
        };
        resolutions.insert(need(reference, "reference")?, descriptor);
        within("resolutions", resolutions.len(), limits::IMAGES)
    })?;
    Ok(resolutions)
}

fn write_resolution(o: &mut ObjectWriter<'_>, (reference, descriptor): (String, &Descriptor)) {
    o.string("digest", descriptor.digest);
    o.string("media_type", &descriptor.media_type);
    o.string("reference", reference);
    o.integer("size", descriptor.size);
}

fn read_missing(reader: &mut Reader<'_>) -> Result<BTreeMap<Subject, Missing>, JsonError> {
    let mut missing = BTreeMap::new();
    reader.array(|item| {
        let (subject, one) = Missing::read(item)?;
        missing.insert(subject, one);
        within("missing", missing.len(), limits::MISSING)
    })?;
    Ok(missing)
}
