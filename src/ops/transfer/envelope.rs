//! An envelope before it is sealed: signed, and laid out.

use std::io::Write;

use lock_format::{Algorithm, Blob};

use super::volume_sealer::VolumeSealer;
use super::writing::write_payload;
use super::{OpenPayload, TransferError, VolumeOutputs, VolumePlan, Writing};
use crate::diagnostic::Failure;
use crate::oci::digest_of;
use crate::run::Cancel;
use crate::seal::{Keyring, Recipient, Sealer};
use crate::wire::{Carried, Kind, Layout, SignatureLine, Transfer, TransferId};

/// An envelope before it is sealed.
#[derive(Debug)]
pub struct Envelope {
    pub(super) id: TransferId,
    pub(super) layout: Layout,
    pub(super) json: Vec<u8>,
    pub(super) line: SignatureLine,
    /// `index.json`, in a bundle.
    pub(super) index_json: Option<Vec<u8>>,
    pub(super) entries: Vec<Carried>,
    plan: VolumePlan,
    recipients: Vec<Recipient>,
}

impl Envelope {
    /// Signs a request or a receipt.
    pub fn new(transfer: &Transfer, keyring: &Keyring) -> Result<Self, TransferError> {
        Self::make(transfer, keyring, None)
    }

    /// Signs a bundle. `index_json` are the bytes that it promises under that name.
    pub fn bundle(
        transfer: &Transfer,
        keyring: &Keyring,
        index_json: Vec<u8>,
    ) -> Result<Self, TransferError> {
        Self::make(transfer, keyring, Some(index_json))
    }

    fn make(
        transfer: &Transfer,
        keyring: &Keyring,
        index_json: Option<Vec<u8>>,
    ) -> Result<Self, TransferError> {
        let kind = transfer.kind();
        let address = transfer.address();
        let signer = keyring.signer(kind)?;
        let recipients = keyring
            .recipients_by_kid(kind, &address.to)
            .filter(|_| signer.kid() == address.from)
            .ok_or(TransferError::OtherKeys)?;
        let entries = match transfer {
            Transfer::Bundle(bundle) => bundle.entries.clone(),
            Transfer::Request(_) | Transfer::Receipt(_) => Vec::new(),
        };
        let promised = match transfer {
            Transfer::Bundle(bundle) => Some(bundle.index_json),
            Transfer::Request(_) | Transfer::Receipt(_) => None,
        };
        if promised != index_json.as_deref().map(blob_of) {
            return Err(TransferError::OtherIndexJson);
        }
        let json = transfer.to_json()?;
        let layout = Layout::new(transfer, json.len() as u64)?;
        let line = signer.sign(kind, &json)?;
        Ok(Self {
            id: TransferId::of(&json),
            json,
            line,
            index_json,
            entries,
            plan: VolumePlan::of(transfer, &layout),
            layout,
            recipients,
        })
    }

    /// Returns the id.
    pub fn id(&self) -> TransferId {
        self.id
    }

    /// Returns the kind.
    pub fn kind(&self) -> Kind {
        self.line.kind
    }

    /// Returns the length of the payload, in bytes.
    pub fn payload_bytes(&self) -> u64 {
        self.layout.total()
    }

    /// Begins to seal; nothing reaches `out` yet.
    pub fn seal_to<W: Write>(&self, out: W) -> Result<Writing<'_, W>, TransferError> {
        Ok(Writing::new(self, Sealer::new(&self.recipients, out)?))
    }

    /// Returns how the payload is divided into volumes.
    pub fn plan(&self) -> VolumePlan {
        self.plan
    }

    /// Seals each volume into an output of its own, one after the other.
    ///
    /// On a failure the volumes that were ended are whole, and the last one opens with nothing.
    pub fn seal_volumes(
        &self,
        outputs: &mut impl VolumeOutputs,
        open: &mut OpenPayload<'_>,
        cancel: &Cancel,
    ) -> Result<(), Failure> {
        let mut sealer = VolumeSealer::new(&self.recipients, self.plan.volume_payload(), outputs);
        write_payload(self, open, cancel, &mut |bytes| sealer.put(bytes))?;
        sealer.finish()
    }
}

fn blob_of(bytes: &[u8]) -> Blob {
    Blob {
        digest: digest_of(Algorithm::Sha256, bytes),
        size: bytes.len() as u64,
    }
}
