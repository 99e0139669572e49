//! An envelope whose signature holds, with access to its entries.

use std::io::Read;
use std::ops::{Range, RangeInclusive};
use std::sync::atomic::{AtomicBool, Ordering};

use lock_format::Blob;

use super::error::part_name;
use super::payload::{Payload, PayloadReader};
use super::{Span, Standing, TransferError};
use crate::oci::VerifyingReader;
use crate::wire::{
    Bundle, Carried, Kid, Kind, Layout, SignatureLine, Transfer, TransferId, oci_layout_blob,
};

/// An envelope whose signature holds.
///
/// Its entries are read by spans, in any order and from several threads; [`finish`](Self::finish)
/// then tells whether every byte was compared.
#[derive(Debug)]
pub struct Opened {
    payload: Payload,
    layout: Layout,
    transfer: Transfer,
    id: TransferId,
    signer: Kid,
    standing: Standing,
    /// For each part, and for the tail: whether it was read to its end with the framing before it.
    read: Vec<AtomicBool>,
}

impl Opened {
    pub(super) fn new(
        payload: Payload,
        layout: Layout,
        transfer: Transfer,
        line: &SignatureLine,
        json: &[u8],
        standing: Standing,
    ) -> Self {
        let pieces = layout.parts().saturating_add(1);
        Self {
            payload,
            layout,
            transfer,
            id: TransferId::of(json),
            signer: line.kid,
            standing,
            read: (0..pieces).map(|_| AtomicBool::new(false)).collect(),
        }
    }

    /// Returns what `transfer.json` says.
    pub fn transfer(&self) -> &Transfer {
        &self.transfer
    }

    /// Takes what `transfer.json` says; for requests and receipts, which have no entries.
    pub fn into_transfer(self) -> Transfer {
        self.transfer
    }

    /// Returns the bundle, where it is one.
    pub fn bundle(&self) -> Option<&Bundle> {
        match &self.transfer {
            Transfer::Bundle(bundle) => Some(bundle),
            Transfer::Request(_) | Transfer::Receipt(_) => None,
        }
    }

    /// Returns the id.
    pub fn id(&self) -> TransferId {
        self.id
    }

    /// Returns the kind.
    pub fn kind(&self) -> Kind {
        self.transfer.kind()
    }

    /// Returns the key that signed.
    pub fn signer(&self) -> Kid {
        self.signer
    }

    /// Returns what the keyring makes of its keys.
    pub fn standing(&self) -> &Standing {
        &self.standing
    }

    /// Returns where each byte of the payload stands.
    pub fn layout(&self) -> &Layout {
        &self.layout
    }

    /// Returns the length of the sealed file, or of all volumes, in bytes.
    pub fn sealed_bytes(&self) -> u64 {
        self.payload.sealed_bytes()
    }

    /// Returns how many files it came in.
    pub fn files(&self) -> usize {
        self.payload.files()
    }

    /// Names the volumes that hold a part, from 1; none where there is only one file.
    pub(super) fn volumes_of(&self, part: usize) -> Option<RangeInclusive<u32>> {
        let place = self.layout.payload(part)?;
        self.payload
            .volumes_of(place.start, place.end.saturating_sub(place.start))
    }

    /// Returns the blobs, in the order of the payload.
    pub fn entries(&self) -> &[Carried] {
        self.bundle().map_or(&[], |bundle| &bundle.entries)
    }

    /// Opens a reader of its own for a range of [`entries`](Self::entries).
    ///
    /// The span that ends with the last entry also compares the end of the payload; an empty range
    /// at the end does only that.
    pub fn span(&self, entries: Range<usize>) -> Result<Span<'_>, TransferError> {
        let last = self.entries().len();
        let start = entries.start.min(last);
        let end = entries.end.clamp(start, last);
        let first = Layout::FIRST_ENTRY.saturating_add(start);
        let reader = self.reader_at(first)?;
        Ok(Span::new(self, reader, start..end))
    }

    /// Tells whether every part was read to its end, and every framing byte compared.
    pub fn finish(&self) -> Result<(), TransferError> {
        match self
            .read
            .iter()
            .position(|read| !read.load(Ordering::Acquire))
        {
            None => Ok(()),
            Some(part) => Err(TransferError::NotRead {
                part: part_name(self.layout.part(part)),
            }),
        }
    }

    /// Compares the framing of the first parts, which were read before it could be computed, and
    /// reads what follows them: the end, or in a bundle `oci-layout` and `index.json`.
    pub(super) fn check_lead(&self, framing: &[Vec<u8>; 2]) -> Result<(), TransferError> {
        for (part, found) in framing.iter().enumerate() {
            if *found != self.layout.framing(part) {
                return Err(self.differs(part));
            }
            self.mark(part);
        }
        let Some(bundle) = self.bundle() else {
            let tail = self.layout.parts();
            return self.compare_framing(&mut self.reader_at(tail)?, tail);
        };
        let mut reader = self.reader_at(Layout::OCI_LAYOUT)?;
        for (part, blob) in [
            (Layout::OCI_LAYOUT, oci_layout_blob()),
            (Layout::INDEX_JSON, bundle.index_json),
        ] {
            self.compare_framing(&mut reader, part)?;
            self.verify(&mut reader, part, blob)?;
        }
        Ok(())
    }

    /// Reads a part whose bytes are not kept.
    fn verify(
        &self,
        reader: &mut PayloadReader,
        part: usize,
        blob: Blob,
    ) -> Result<(), TransferError> {
        let mut verified = VerifyingReader::new(reader.take(blob.size), blob);
        std::io::copy(&mut verified, &mut std::io::sink()).map_err(|error| {
            let name = part_name(self.layout.part(part));
            TransferError::payload(name, self.volumes_of(part), error)
        })?;
        self.mark(part);
        Ok(())
    }

    /// Reads the framing before a part, or the tail, and compares it.
    pub(super) fn compare_framing(
        &self,
        reader: &mut impl Read,
        part: usize,
    ) -> Result<(), TransferError> {
        let computed = self.layout.framing(part);
        let mut found = vec![0; computed.len()];
        reader
            .read_exact(&mut found)
            .map_err(TransferError::reading)?;
        if found != computed {
            return Err(self.differs(part));
        }
        if part == self.layout.parts() {
            self.mark(part);
        }
        Ok(())
    }

    pub(super) fn mark(&self, part: usize) {
        if let Some(read) = self.read.get(part) {
            read.store(true, Ordering::Release);
        }
    }

    fn reader_at(&self, part: usize) -> Result<PayloadReader, TransferError> {
        self.payload.reader_at(self.layout.framing_start(part))
    }

    fn differs(&self, part: usize) -> TransferError {
        TransferError::Framing {
            part: part_name(self.layout.part(part)),
        }
    }
}
