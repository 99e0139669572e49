//! Where each byte of a payload stands, computed from `transfer.json` alone.

use std::fmt;
use std::ops::Range;

use lock_format::Digest;

use super::address::at_most;
use super::json::JsonError;
use super::tar::{END, header, padding};
use super::{SignatureLine, Transfer, WireError};
use crate::run::limits;

/// Names a part of the payload.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// `transfer.json`.
    TransferJson,
    /// `transfer.sig`.
    TransferSig,
    /// `oci-layout`.
    OciLayout,
    /// `index.json`.
    IndexJson,
    /// A blob under its own name.
    Blob(Digest),
    /// An encoded blob; counted from 0.
    Encoded(u32),
}

impl fmt::Display for Part {
    /// Writes the path in the tar.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TransferJson => f.write_str("transfer.json"),
            Self::TransferSig => f.write_str("transfer.sig"),
            Self::OciLayout => f.write_str("oci-layout"),
            Self::IndexJson => f.write_str("index.json"),
            Self::Blob(digest) => write!(f, "blobs/{}/{}", digest.algorithm(), digest.hex()),
            Self::Encoded(number) => write!(f, "encoded/{number}"),
        }
    }
}

/// Where each byte of a payload stands.
///
/// ```text
///  framing(0) payload(0) framing(1) payload(1) … payload(n-1) framing(n)
/// ```
///
/// Framing is what stands between payloads: the padding of the one before, the headers of the one
/// behind; the last piece is padding and the end of the tar. No byte belongs to two pieces.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layout {
    places: Vec<Place>,
    total: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Place {
    part: Part,
    start: u64,
    size: u64,
}

impl Layout {
    /// The part that `transfer.json` is.
    pub const TRANSFER_JSON: usize = 0;
    /// The part that `transfer.sig` is.
    pub const TRANSFER_SIG: usize = 1;
    /// The part that `oci-layout` is, in a bundle.
    pub const OCI_LAYOUT: usize = 2;
    /// The part that `index.json` is, in a bundle.
    pub const INDEX_JSON: usize = 3;
    /// The part that the first of [`Bundle::entries`](super::Bundle::entries) is.
    pub const FIRST_ENTRY: usize = 4;

    /// Lays out the payload of a transfer whose `transfer.json` has `json_bytes` bytes.
    ///
    /// Fails when the payload is longer than [`limits::PAYLOAD_BYTES`] or has too many volumes.
    pub fn new(transfer: &Transfer, json_bytes: u64) -> Result<Self, WireError> {
        let lead = [
            (Part::TransferJson, json_bytes),
            (Part::TransferSig, SignatureLine::length(transfer.kind())),
        ];
        let layout = match transfer {
            Transfer::Bundle(bundle) => {
                let entries = bundle
                    .all_entries()
                    .map(|(part, carried)| (part, carried.payload().size));
                Self::place(lead.into_iter().chain(entries))?
            }
            Transfer::Request(_) | Transfer::Receipt(_) => Self::place(lead.into_iter())?,
        };
        if let Transfer::Bundle(bundle) = transfer
            && let Some(volume_payload) = bundle.volume_payload
        {
            let volumes = layout.total.div_ceil(volume_payload.max(1));
            at_most(u64::from(limits::VOLUMES), [("volumes", volumes)])?;
            if volumes < 2 {
                let why = "is not below the payload: a bundle in one file has none";
                return Err(JsonError::bad("volume_payload", why).into());
            }
        }
        Ok(layout)
    }

    fn place(parts: impl Iterator<Item = (Part, u64)>) -> Result<Self, WireError> {
        let mut places: Vec<Place> = Vec::new();
        let mut end = 0_u64;
        for (part, size) in parts {
            let before = match places.last() {
                Some(last) => padding(last.size),
                None => 0,
            };
            let headers = header(&part.to_string(), size).len();
            let start = end
                .saturating_add(before as u64)
                .saturating_add(headers as u64);
            places.push(Place { part, start, size });
            end = start.saturating_add(size);
        }
        let tail = places
            .last()
            .map_or(0, |last| padding(last.size))
            .saturating_add(END);
        let total = end.saturating_add(tail as u64);
        at_most(limits::PAYLOAD_BYTES, [("bytes of the payload", total)])?;
        Ok(Self { places, total })
    }

    /// Returns the length of the payload, in bytes.
    pub fn total(&self) -> u64 {
        self.total
    }

    /// Returns how many parts there are.
    pub fn parts(&self) -> usize {
        self.places.len()
    }

    /// Names a part.
    pub fn part(&self, part: usize) -> Option<Part> {
        self.places.get(part).map(|place| place.part)
    }

    /// Returns where the bytes of a part stand in the payload.
    pub fn payload(&self, part: usize) -> Option<Range<u64>> {
        let place = self.places.get(part)?;
        Some(place.start..place.start.saturating_add(place.size))
    }

    /// Returns where the framing before a part begins; for the number of parts, that of the tail.
    pub fn framing_start(&self, part: usize) -> u64 {
        part.checked_sub(1)
            .and_then(|before| self.payload(before))
            .map_or(0, |payload| payload.end)
    }

    /// Returns the first part whose framing ends behind an offset; the number of parts for the tail.
    pub fn framing_behind(&self, offset: u64) -> usize {
        self.places.partition_point(|place| place.start <= offset)
    }

    /// Returns the framing bytes before a part; for the number of parts, those of the tail.
    pub fn framing(&self, part: usize) -> Vec<u8> {
        let before = part
            .checked_sub(1)
            .and_then(|before| self.places.get(before))
            .map_or(0, |place| padding(place.size));
        let mut out = vec![0; before];
        match self.places.get(part) {
            Some(place) => out.extend_from_slice(&header(&place.part.to_string(), place.size)),
            None => out.resize(before.saturating_add(END), 0),
        }
        out
    }
}
