//! The first two parts of a payload, read once into memory.

use std::io::Read;

use super::TransferError;
use super::error::part_name;
use crate::run::limits::TRANSFER_JSON_BYTES;
use crate::wire::json::JsonError;
use crate::wire::{HEADER_BYTES, Part, WireError, claimed_size, padding};

/// Longest signature line that is read, in bytes; any real one is shorter.
const LONGEST_LINE: u64 = 512;

/// `transfer.json` and `transfer.sig` with the framing before each, nothing of it believed yet.
pub(super) struct Front {
    pub(super) json: Vec<u8>,
    pub(super) line: Vec<u8>,
    pub(super) framing: [Vec<u8>; 2],
}

impl Front {
    /// Reads both from the front of a payload.
    pub(super) fn read(mut reader: impl Read) -> Result<Self, TransferError> {
        let (json_framing, json) =
            read_part(&mut reader, 0, Part::TransferJson, TRANSFER_JSON_BYTES)?;
        let (line_framing, line) = read_part(
            &mut reader,
            padding(json.len() as u64),
            Part::TransferSig,
            LONGEST_LINE,
        )?;
        Ok(Self {
            json,
            line,
            framing: [json_framing, line_framing],
        })
    }
}

/// Reads a part whose length only its header tells; the header must be the one of that length.
fn read_part(
    reader: &mut impl Read,
    padding: usize,
    part: Part,
    limit: u64,
) -> Result<(Vec<u8>, Vec<u8>), TransferError> {
    let framing = read_exactly(reader, padding.saturating_add(HEADER_BYTES))?;
    let header = framing.get(padding..).unwrap_or_default();
    let size = claimed_size(&part.to_string(), header).ok_or_else(|| TransferError::Framing {
        part: part_name(Some(part)),
    })?;
    if size > limit {
        return Err(WireError::Json(JsonError::Limit {
            what: "bytes of transfer.json or transfer.sig",
            limit,
        })
        .into());
    }
    let bytes = read_exactly(reader, usize::try_from(size).unwrap_or(usize::MAX))?;
    Ok((framing, bytes))
}

fn read_exactly(reader: &mut impl Read, count: usize) -> Result<Vec<u8>, TransferError> {
    let mut bytes = vec![0; count];
    reader
        .read_exact(&mut bytes)
        .map_err(TransferError::reading)?;
    Ok(bytes)
}
