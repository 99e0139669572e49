//! Writes an envelope: computed framing and verified payloads, sealed as they come.

use std::fmt;
use std::io::{Read, Write};

use super::payload_pump::{Piece, pump};
use super::{Envelope, TransferError};
use crate::diagnostic::Failure;
use crate::run::Cancel;
use crate::seal::Sealer;
use crate::wire::{Layout, OCI_LAYOUT};

/// An envelope that is about to be sealed.
pub struct Writing<'e, W: Write> {
    envelope: &'e Envelope,
    sealer: Sealer<W>,
}

/// Opens the payload of an entry, by its place in [`Bundle::entries`](crate::wire::Bundle::entries):
/// the bytes as they are carried. Called on another thread.
pub type OpenPayload<'p> = dyn FnMut(usize) -> Result<Box<dyn Read>, Failure> + Send + 'p;

impl<'e, W: Write> Writing<'e, W> {
    pub(super) fn new(envelope: &'e Envelope, sealer: Sealer<W>) -> Self {
        Self { envelope, sealer }
    }

    /// Returns the exact length that the sealed file will have, in bytes.
    pub fn sealed_size(&self) -> u64 {
        self.sealer.sealed_size(self.envelope.payload_bytes())
    }

    /// Writes everything and returns the output, flushed.
    ///
    /// Each payload is verified against its digest and size while it passes. On a failure the
    /// output holds an envelope that nothing opens.
    pub fn write(mut self, open: &mut OpenPayload<'_>, cancel: &Cancel) -> Result<W, Failure> {
        write_payload(self.envelope, open, cancel, &mut |bytes| {
            Ok(self
                .sealer
                .write_all(bytes)
                .map_err(TransferError::Output)?)
        })?;
        Ok(self.sealer.finish().map_err(TransferError::Output)?)
    }
}

/// Gives the whole payload of an envelope to `put`, in order.
pub(super) fn write_payload(
    envelope: &Envelope,
    open: &mut OpenPayload<'_>,
    cancel: &Cancel,
    put: &mut dyn FnMut(&[u8]) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let layout = &envelope.layout;
    let line = envelope.line.to_string();
    let mut lead: Vec<(usize, &[u8])> = vec![
        (Layout::TRANSFER_JSON, &envelope.json),
        (Layout::TRANSFER_SIG, line.as_bytes()),
    ];
    if let Some(index_json) = &envelope.index_json {
        lead.push((Layout::OCI_LAYOUT, OCI_LAYOUT));
        lead.push((Layout::INDEX_JSON, index_json));
    }
    for (part, bytes) in lead {
        put(&layout.framing(part))?;
        put(bytes)?;
    }
    pump(layout, &envelope.entries, open, |piece| {
        cancel.check()?;
        match piece {
            Piece::Begin(part) => put(&layout.framing(part)),
            Piece::Bytes(bytes) => put(bytes),
        }
    })?;
    put(&layout.framing(layout.parts()))
}

impl<W: Write> fmt::Debug for Writing<'_, W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Writing")
            .field("id", &self.envelope.id)
            .finish_non_exhaustive()
    }
}
